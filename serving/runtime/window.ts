import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { DriftSide } from '../../monitoring/drift/samples.ts';
import type { Store } from '../../platform/store/store.ts';
import { type PredictionRecord, predictions } from './prediction-log.ts';

/** More rows add cost but no certainty, so only the newest are read. */
const MAX_ROWS = 20_000;

export interface Window {
  product: string;
  /** Content hash of the package that answered. */
  package: string;
  /** ISO date. */
  since: string;
}

/** Logged predictions of one package since a time, newest first. */
export async function windowRecords(store: Store, window: Window): Promise<PredictionRecord[]> {
  const rows: PredictionRecord[] = [];
  const matching = predictions(store).all(
    { product: window.product, package: window.package, at: { gte: window.since } },
    { sort: 'at', descending: true },
  );
  for await (const record of matching) {
    rows.push(record);
    if (rows.length === MAX_ROWS) break;
  }
  return rows;
}

/**
 * Logged predictions as one side of a drift report. Values are float32, as the model read them and as the reference is:
 * otherwise a value shared by many rows would differ from itself in the last digits.
 * @param columns of the package, from its signature.
 */
export function sideOfRecords(
  rows: readonly PredictionRecord[],
  columns: readonly FeatureColumn[],
): DriftSide {
  return {
    columns: columns.map(({ name, kind, categories }) => ({
      name,
      kind,
      categories,
      values: Float32Array.from(rows, (row) => row.features[name] ?? Number.NaN),
    })),
    predictions: Float64Array.from(rows, (row) => row.value),
    ids: rows.map((row) => row.id),
  };
}
