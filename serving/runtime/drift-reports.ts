import { type DriftReport, driftReport } from '../../monitoring/drift/report.ts';
import type { Clock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ServedProduct } from '../product.ts';
import type { Champions } from './champions.ts';
import { sideOfRecords, windowRecords } from './window.ts';

const DAY_MS = 86_400_000;
/** A report over many rows is expensive, and a page asks for it twice: as JSON and as HTML. */
const CACHED_MS = 5_000;

export interface DriftReports {
  /**
   * Compares the predictions of the last days with the training data of the champion.
   * @throws NOT_FOUND where the product has no champion
   */
  report(product: ServedProduct, days: number): Promise<DriftReport>;
}

export function createDriftReports(deps: {
  champions: Champions;
  store: Store;
  clock: Pick<Clock, 'now'>;
}): DriftReports {
  const { champions, store, clock } = deps;
  let cached: { key: string; until: number; report: Promise<DriftReport> } | undefined;

  const compute = (product: ServedProduct, days: number): Promise<DriftReport> =>
    champions.use(product.name, async (served) => {
      if (served === undefined)
        throw new TouchlineError('NOT_FOUND', `${product.title} has no champion to compare with.`);
      const { signature, reference } = served.model;
      const rows = await windowRecords(store, {
        product: product.name,
        package: served.package,
        since: new Date(clock.now() - days * DAY_MS).toISOString(),
      });
      return driftReport(reference, sideOfRecords(rows, signature.input.columns), {
        detectors: product.detectors,
      });
    });

  return {
    report(product, days) {
      const key = `${product.name}/${days}/${champions.state(product.name).served?.package}`;
      if (cached?.key === key && cached.until > clock.now()) return cached.report;
      const entry = { key, until: clock.now() + CACHED_MS, report: compute(product, days) };
      cached = entry;
      entry.report.catch(() => {
        if (cached === entry) cached = undefined;
      });
      return entry.report;
    },
  };
}
