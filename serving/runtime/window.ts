import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { DriftSide } from '../../monitoring/drift-sides.ts';
import type { Store } from '../../platform/store/store.ts';
import { type PredictionRecord, predictions } from './prediction-log.ts';

/** Rows beyond this add cost and no certainty: the newest are taken. */
const MOST_ROWS = 20_000;

/**
 * Logged predictions of one package since a moment, newest first, as one side of a drift report.
 * @param window.columns of the package, from its signature.
 * @param window.since ISO date.
 */
export async function windowSide(
  store: Store,
  window: { product: string; package: string; columns: readonly FeatureColumn[]; since: string },
): Promise<DriftSide> {
  const { product, columns } = window;
  const rows: PredictionRecord[] = [];
  const matching = predictions(store).all(
    { product, package: window.package, at: { gte: window.since } },
    { sort: 'at', descending: true },
  );
  for await (const record of matching) {
    rows.push(record);
    if (rows.length === MOST_ROWS) break;
  }
  return {
    columns: columns.map(({ name, kind, categories }) => ({
      name,
      kind,
      categories,
      values: Float64Array.from(rows, (row) => row.features[name] ?? Number.NaN),
    })),
    predictions: Float64Array.from(rows, (row) => row.value),
    ids: rows.map((row) => row.id),
  };
}
