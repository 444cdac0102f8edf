import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { DriftSide } from '../../monitoring/drift/samples.ts';
import type { Store } from '../../platform/store/store.ts';
import { type PredictionRecord, predictions } from './prediction-log.ts';

/** Rows beyond this add cost and no certainty: the newest are taken. */
const MOST_ROWS = 20_000;

export interface Window {
  product: string;
  /** Content hash of the package that answered. */
  package: string;
  /** ISO date. */
  since: string;
}

/** Logged predictions of one package since a moment, newest first. */
export async function windowRecords(store: Store, window: Window): Promise<PredictionRecord[]> {
  const rows: PredictionRecord[] = [];
  const matching = predictions(store).all(
    { product: window.product, package: window.package, at: { gte: window.since } },
    { sort: 'at', descending: true },
  );
  for await (const record of matching) {
    rows.push(record);
    if (rows.length === MOST_ROWS) break;
  }
  return rows;
}

/**
 * Logged predictions as one side of a drift report, in float32 as the model saw them: the reference is too, and values
 * that many rows share would otherwise differ in their last digits on every row.
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
