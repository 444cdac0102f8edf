import { readTraining } from '../../datasets/snapshots/read-training.ts';
import type { Snapshot } from '../../datasets/snapshots/snapshot.ts';
import { meanModel } from '../../models/rules/constant.ts';
import { metricNamed, metricsFor } from '../../statistics/metrics.ts';
import type { StepDeps } from '../deps.ts';
import type { Candidate } from '../jobs.ts';
import type { Pipeline } from '../pipeline.ts';

/** Who defends where there is no champion, measured as the candidates are. */
export interface Baseline {
  /** `mean` or `rules`. */
  name: string;
  /** Metrics on the validation part by name. */
  validation: Record<string, number>;
}

/** The baseline on the validation part of a snapshot: what a candidate must be better than to be worth a hearing. */
export async function baselineOf(
  pipeline: Pipeline,
  snapshot: Snapshot,
  { blobs }: Pick<StepDeps['platform'], 'blobs'>,
): Promise<Baseline> {
  const { train, validation } = await readTraining(snapshot, pipeline.features, { blobs, seed: 1 });
  const model = pipeline.baseline?.(train.columns) ?? meanModel(train);
  const { value } = await model.predict(validation.values);
  const metrics = metricsFor(pipeline.task, pipeline.scale).map((metric) => [
    metric.name,
    metric.compute(validation.target, value),
  ]);
  return { name: model.name, validation: Object.fromEntries(metrics) };
}

/** Whether any candidate does better than the baseline on the validation part, by the product's primary metric. */
export function anyBeats(
  { validation }: Baseline,
  candidates: readonly Candidate[],
  { training }: Pick<Pipeline, 'training'>,
): boolean {
  const { name, biggerIsBetter } = metricNamed(training.primary);
  const sign = biggerIsBetter ? 1 : -1;
  return candidates.some((one) => sign * one.validation[name] > sign * validation[name]);
}
