import { readTraining } from '../../datasets/snapshots/read-training.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { getSnapshot } from '../../datasets/snapshots/stored-snapshots.ts';
import { type DriftReport, driftReport } from '../../monitoring/drift/report.ts';
import type { DriftColumn, DriftSide } from '../../monitoring/drift/samples.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { CHAMPION } from '../../registry/history.ts';
import { sideOfRecords, windowRecords } from '../../serving/runtime/window.ts';
import type { StepContext, StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';
import { resolveModel } from '../resolve-model.ts';
import { rowsFrom } from './rows-from.ts';

const DAY_MS = 86_400_000;
const WINDOW = /^window:(\d{1,4})d$/;
const SNAPSHOT = /^snapshot:(.+)$/;

/**
 * Compares two sets of rows by the plain columns of a product.
 * @param sides.reference a path or `snapshot:ID` (its training part); default: the champion's reference.
 * @param sides.current a path or `window:7d` (predictions of the last 7 days); default: the product's window.
 */
export async function compareSides(
  product: Product,
  sides: { reference?: string; current?: string; plain: boolean },
  deps: Pick<StepDeps, 'platform' | 'maxFileBytes'>,
  context: StepContext,
): Promise<DriftReport> {
  let opened: ReturnType<typeof championOf> | undefined;
  const champion = () => {
    opened ??= championOf(product, deps);
    return opened;
  };
  const current = sides.current ?? `window:${product.serving.windowDays}d`;
  const days = WINDOW.exec(current)?.[1];
  const now =
    days === undefined
      ? sideOfRows(product, await rowsFrom(product, current, deps, context))
      : await loggedSide(product, await champion(), Number(days), deps);
  const options = { plain: sides.plain, detectors: product.monitors.detectors };
  if (sides.reference !== undefined) {
    const before = await referenceSide(product, sides.reference, deps, context);
    return driftReport(before, now, options);
  }
  const { reference } = await champion();
  const known = new Set(now.columns.map(({ name }) => name));
  // Files have no fitted columns; logged predictions have them.
  const columns = reference.columns.filter(({ name }) => known.has(name));
  return driftReport({ ...reference, columns }, now, options);
}

/** What a comparison needs from the champion. */
async function championOf({ name }: Product, { platform }: Pick<StepDeps, 'platform'>) {
  const { version, model } = await resolveModel(name, CHAMPION, platform);
  await model.close();
  return { package: version.package, columns: model.signature.input.columns, reference: model.reference };
}

/** Predictions that the champion answered in the last days. */
async function loggedSide(
  { name }: Product,
  champion: Awaited<ReturnType<typeof championOf>>,
  days: number,
  { platform }: Pick<StepDeps, 'platform'>,
): Promise<DriftSide> {
  const since = new Date(Date.now() - days * DAY_MS).toISOString();
  const records = await windowRecords(platform.store, { product: name, package: champion.package, since });
  return sideOfRecords(records, champion.columns);
}

async function referenceSide(
  product: Product,
  reference: string,
  deps: Pick<StepDeps, 'platform' | 'maxFileBytes'>,
  context: StepContext,
): Promise<DriftSide> {
  const id = SNAPSHOT.exec(reference)?.[1];
  if (id === undefined) return sideOfRows(product, await rowsFrom(product, reference, deps, context));
  const snapshot = await getSnapshot(id, deps.platform);
  if (snapshot.product !== product.name)
    throw new TouchlineError('INVALID_INPUT', `Snapshot ${id} belongs to the product ${snapshot.product}.`);
  const { train } = await readTraining(snapshot, product.features, { ...deps.platform, seed: 1 });
  const width = train.columns.length;
  return {
    columns: product.features.columns.map((column, j) => ({
      ...column,
      values: Float64Array.from(train.rows, (_, row) => train.values[row * width + j]),
    })),
    ids: train.rows.map((row) => row.id),
  };
}

function sideOfRows({ features }: Product, rows: readonly GoldRow[]): DriftSide {
  return {
    columns: features.columns.map(
      (column, j): DriftColumn => ({
        ...column,
        // float32, like the reference of a package and the matrices of a snapshot.
        values: Float32Array.from(rows, ({ values }) => values[j] ?? Number.NaN),
      }),
    ),
    ids: rows.map(({ id }) => id),
  };
}
