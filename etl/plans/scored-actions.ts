import type { FeatureSet } from '../../datasets/features/feature-set.ts';
import type { Action } from '../../datasets/records/action.ts';
import { type ExpertScore, scoreKey } from '../../datasets/records/expert-score.ts';
import { rowFault } from '../gold.ts';
import { type EtlPlan, goldOf, type RowSeed } from '../plan.ts';
import type { ScoredRecord } from '../scored-record.ts';
import type { Source } from '../source.ts';

export interface ScoredActionsOptions<F> {
  product: string;
  sources: readonly Source<ScoredRecord>[];
  featureSet: FeatureSet<F>;
  /** What the features are computed of. */
  subjectOf(action: Action): F;
}

/**
 * Actions that experts score: poses and scores arrive apart and in any order, and join into one row an action, by
 * athlete. The target is the mean over the raters of each one's mean; a score that arrives later changes the row.
 */
export function scoredActionsPlan<F>(options: ScoredActionsOptions<F>): EtlPlan<ScoredRecord> {
  const { product, sources, featureSet, subjectOf } = options;
  return {
    product,
    sources,
    idOf: (record) => {
      if (record.kind === 'score') return `score/${scoreKey(record.score)}`;
      return record.kind === 'action' ? `action/${record.action.id}` : `clip/${record.clip.id}`;
    },
    refuse(record) {
      if (record.kind !== 'action') return undefined;
      try {
        featureSet.extract(subjectOf(record.action));
        return undefined;
      } catch (error) {
        return rowFault(error);
      }
    },
    ratings: {
      where: { 'record.kind': 'score' },
      of: (record) =>
        record.kind === 'score'
          ? { item: record.score.action, rater: record.score.rater, score: record.score.score }
          : undefined,
    },
    gold: goldOf<ScoredRecord, F>(
      featureSet,
      (records) => rowOf(records, subjectOf),
      (record) => {
        if (record.kind === 'score') return record.score.action;
        return record.kind === 'action' ? record.action.id : undefined;
      },
    ),
  };
}

function rowOf<F>(
  records: readonly ScoredRecord[],
  subjectOf: (action: Action) => F,
): RowSeed<F> | undefined {
  const action = records.find((record) => record.kind === 'action')?.action;
  const scores = records.flatMap((record) => (record.kind === 'score' ? [record.score] : []));
  if (!action || scores.length === 0) return undefined;
  scores.sort((a, b) => (scoreKey(a) < scoreKey(b) ? -1 : 1));
  return {
    id: action.id,
    group: action.athlete,
    order: scores.map((score) => score.at).sort()[0],
    target: panelMean(scores),
    slices: { action: action.type, ...(action.camera !== undefined && { camera: action.camera }) },
    ratings: scores.map(({ rater, score }) => ({ rater, score })),
    subject: subjectOf(action),
  };
}

/** Mean over raters, each counted once however many rounds they scored. */
function panelMean(scores: readonly ExpertScore[]): number {
  const byRater = new Map<string, number[]>();
  for (const { rater, score } of scores) byRater.set(rater, [...(byRater.get(rater) ?? []), score]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean([...byRater.values()].map(mean));
}
