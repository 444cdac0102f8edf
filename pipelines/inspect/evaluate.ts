import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { inputOf, toMatrix } from '../../datasets/snapshots/to-matrix.ts';
import { evaluateModel, type Measured, type Slice } from '../../models/evaluate.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { metricsFor } from '../../statistics/metrics.ts';
import type { StepContext, StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';
import { resolveModel } from '../resolve-model.ts';
import { rowsFrom } from './rows-from.ts';

export interface EvaluateResult {
  model: { version: number; package: string; estimator: string };
  rows: number;
  /** Rows left out because they are stored already: a model may have been trained or judged on them. */
  seen: number;
  metrics: Measured;
  slices: Slice[];
}

/**
 * Evaluates a package on fresh data, loaded as serving loads it. The data goes through the same ETL into a temporary store
 * that is deleted afterwards.
 * @throws INSUFFICIENT_DATA if the platform has stored every row already.
 */
export async function evaluateOn(
  product: Product,
  { from, limit, model: name }: { from: string; limit?: number; model: string },
  { platform, maxFileBytes }: Pick<StepDeps, 'platform' | 'maxFileBytes'>,
  context: StepContext,
): Promise<EvaluateResult> {
  const { version, model } = await resolveModel(product.name, name, platform);
  try {
    const known = platform.store.collection<GoldRow>(`gold_${product.name}`);
    const found = await rowsFrom(product, from, { platform, maxFileBytes }, context, limit);
    const rows: GoldRow[] = [];
    for (const row of found) if (!(await known.get(row.id))) rows.push(row);
    const seen = found.length - rows.length;
    if (rows.length === 0)
      throw new TouchlineError(
        'INSUFFICIENT_DATA',
        `None of the ${seen} rows is new: evaluate on data that was never ingested.`,
      );
    const fitted = (product.features.fitted ?? []).map((feature) =>
      rows.map((row) => feature.apply(model.features.fitted[feature.name], inputOf(row, feature.name))),
    );
    const matrix = toMatrix(rows, product.features, fitted);
    const slices = [...new Set(rows.flatMap((row) => Object.keys(row.slices)))].sort();
    const metrics = metricsFor(product.task, product.scale);
    const evaluation = await evaluateModel(model, matrix, { metrics, slices, seed: 1 });
    return {
      model: { version: version.version, package: model.hash, estimator: model.signature.estimator },
      rows: evaluation.rows,
      seen,
      metrics: evaluation.metrics,
      slices: evaluation.slices,
    };
  } finally {
    await model.close();
  }
}
