import { z } from 'zod';
import { renderDriftPage } from '../../../monitoring/drift/page.ts';
import { type DriftReport, driftReport } from '../../../monitoring/drift/report.ts';
import type { Clock } from '../../../platform/clock.ts';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { ServedProduct } from '../../product.ts';
import type { Champions } from '../../runtime/champion.ts';
import { sideOfRecords, windowRecords } from '../../runtime/window.ts';
import { type Call, type Route, STILL_PAGE } from '../route.ts';
import { findProduct, productParam } from './models.ts';

export interface DriftDeps {
  products: readonly ServedProduct[];
  champions: Champions;
  store: Store;
  clock: Pick<Clock, 'now'>;
}

const DAY_MS = 86_400_000;
const REMEMBERED_MS = 5_000;

const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  test: z.string(),
  statistic: z.number().nullable(),
  threshold: z.number(),
  drifted: z.boolean(),
  enough: z.boolean(),
  reference_n: z.number(),
  current_n: z.number(),
});

const query = z.strictObject({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(90)
    .optional()
    .describe('Days of predictions; default of the product'),
});

/** What the champion sees now against what it was trained on. */
export function driftRoutes(deps: DriftDeps): Route[] {
  const { products, champions, store, clock } = deps;
  const remembered = new Map<string, { until: number; report: Promise<DriftReport> }>();

  function make(product: ServedProduct, days: number): Promise<DriftReport> {
    return champions.use(product.name, async (served) => {
      if (served === undefined)
        throw new TouchlineError('NOT_FOUND', `${product.title} has no champion to compare with.`);
      const { signature, reference } = served.model;
      const rows = await windowRecords(store, {
        product: product.name,
        package: served.package,
        since: new Date(clock.now() - days * DAY_MS).toISOString(),
      });
      return driftReport(reference, sideOfRecords(rows, signature.input.columns), product.drift);
    });
  }

  /** The same question within some seconds has the same answer: a report over many rows is work. */
  function reportFor({ params, query: asked }: Call) {
    const product = findProduct(products, params.product);
    const days = (asked.days as number | undefined) ?? product.windowDays;
    const key = `${product.name}/${days}/${champions.state(product.name).served?.package}`;
    const known = remembered.get(key);
    if (known !== undefined && known.until > clock.now()) return { product, days, report: known.report };
    const report = make(product, days);
    remembered.clear();
    remembered.set(key, { until: clock.now() + REMEMBERED_MS, report });
    report.catch(() => remembered.delete(key));
    return { product, days, report };
  }

  return [
    {
      method: 'get',
      path: '/v1/drift/:product',
      access: 'viewer',
      tag: 'monitoring',
      summary: 'Drift of the last days against the champion’s training data',
      params: productParam,
      query,
      answer: {
        description: 'Verdict and columns',
        schema: z.object({
          product: z.string(),
          days: z.number(),
          verdict: z.enum(['drift', 'no_drift', 'not_enough_data']),
          reason: z.string(),
          share: z.number(),
          rows: z.object({ reference: z.number(), current: z.number(), needed: z.number() }),
          columns: z.array(columnSchema),
        }),
      },
      errors: ['NOT_FOUND'],
      async handle(call) {
        const { product, days, report } = reportFor(call);
        const { verdict, reason, share, rows, columns, prediction, effect } = await report;
        return {
          json: { product: product.name, days, verdict, reason, share, rows, columns, prediction, effect },
        };
      },
    },
    {
      method: 'get',
      path: '/v1/drift/:product/page',
      access: 'viewer',
      tag: 'monitoring',
      summary: 'The same as a page with the distributions side by side',
      params: productParam,
      query,
      answer: { description: 'One HTML file that needs no network', type: 'text/html' },
      errors: ['NOT_FOUND'],
      async handle(call) {
        const { product, days, report } = reportFor(call);
        const heading = `${product.title}: drift of the last ${days} days`;
        return {
          headers: STILL_PAGE,
          text: { type: 'html', content: renderDriftPage(await report, heading) },
        };
      },
    },
  ];
}
