import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import type { NamedSignals } from '../../datasets/records/named-signals.ts';
import { type EtlPlan, goldOf } from '../plan.ts';
import type { Source } from '../source.ts';

/** Movements as named signals that come with their score: one row a movement, by athlete. */
export function scoredSignalsPlan(options: {
  product: string;
  sources: readonly Source<NamedSignals>[];
  featureSet: FeatureSet<NamedSignals>;
  /** Ends of the scale of the scores. */
  scale: readonly [number, number];
}): EtlPlan<NamedSignals> {
  const { product, sources, featureSet } = options;
  const [low, high] = options.scale;
  return {
    product,
    sources,
    idOf: (record) => record.id,
    refuse: ({ score }) =>
      score !== undefined && (score < low || score > high)
        ? { reason: `the score is not between ${low} and ${high}`, detail: String(score) }
        : undefined,
    gold: goldOf<NamedSignals, NamedSignals>(featureSet, ([record]) =>
      record.score === undefined
        ? undefined
        : {
            id: record.id,
            group: record.athlete,
            order: record.id,
            target: record.score,
            slices: record.tags,
            subject: record,
          },
    ),
  };
}
