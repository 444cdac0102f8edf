import { readTraining } from '../../datasets/snapshots/read-training.ts';
import type { Snapshot } from '../../datasets/snapshots/snapshot.ts';
import { loadPackage } from '../../models/package/load.ts';
import { openPackages } from '../../models/package/store.ts';
import { meanModel } from '../../models/rules/constant.ts';
import { LOSSES, lossOf } from '../../registry/losses.ts';
import { type PairedDifference, pairedBootstrap } from '../../statistics/bootstrap.ts';
import { metricsFor } from '../../statistics/metrics.ts';
import type { StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';

/** The model to beat while there is no champion, measured like the candidates. */
export interface Baseline {
  /** `mean` or `rules`. */
  name: string;
  /** Metrics on the validation part by name. */
  validation: Record<string, number>;
  /** Its loss minus that of the best candidate on the same rows, with an interval over groups; above 0 the candidate is better. */
  gain: Pick<PairedDifference, 'difference' | 'low' | 'high'>;
}

/**
 * Compares the baseline with the best candidate on the validation part of a snapshot: shows before the gate whether the
 * candidate is worth submitting.
 * @param best hash of the best candidate's package
 */
export async function baselineOf(
  product: Product,
  snapshot: Snapshot,
  best: string,
  { blobs }: Pick<StepDeps['platform'], 'blobs'>,
): Promise<Baseline> {
  const { task, scale, training } = product;
  const { train, validation } = await readTraining(snapshot, product.features, { blobs, seed: 1 });
  const baseline = product.baseline?.(train.columns) ?? meanModel(train);
  const { value } = await baseline.predict(validation.values);
  const metrics = metricsFor(task, scale).map((metric) => [
    metric.name,
    metric.compute(validation.target, value),
  ]);
  const candidate = await loadPackage(await openPackages({ blobs }).get(best), { hash: best });
  try {
    const { value: predicted } = await candidate.predict(validation.values);
    const loss = LOSSES[lossOf(training.primaryMetric, task)];
    const { difference, low, high } = pairedBootstrap({
      lossA: value.map((one, row) => loss(validation.target[row], one)),
      lossB: predicted.map((one, row) => loss(validation.target[row], one)),
      groups: validation.rows.map((row) => row.group),
      seed: 1,
    });
    return { name: baseline.name, validation: Object.fromEntries(metrics), gain: { difference, low, high } };
  } finally {
    await candidate.close();
  }
}
