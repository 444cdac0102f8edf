import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import type { NamedSignals } from '../../datasets/records/named-signals.ts';
import { type EtlPlan, goldOf } from '../plan.ts';
import type { Source } from '../source.ts';

/** Movements as named signals that come with their score: one row a movement, by athlete. */
export function scoredSignalsPlan(options: {
  product: string;
  sources: readonly Source<NamedSignals>[];
  featureSet: FeatureSet<NamedSignals>;
}): EtlPlan<NamedSignals> {
  const { product, sources, featureSet } = options;
  return {
    product,
    sources,
    idOf: (record) => record.id,
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
