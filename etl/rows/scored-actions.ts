import type { Action } from '../../datasets/records/action.ts';
import { type ExpertScore, scoreKey } from '../../datasets/records/expert-score.ts';
import { rowFault } from '../gold.ts';
import type { RowRules } from '../plan.ts';
import type { ScoredRecord } from '../scored-record.ts';

/**
 * Rows of actions that experts score. Poses and scores arrive separately and in any order; they join into one row per
 * action, grouped by athlete. The target is the mean of the raters' means; a score that arrives later changes the row.
 * @param subjectOf what the features are computed from.
 */
export function scoredActionRows<F>(subjectOf: (action: Action) => F): RowRules<ScoredRecord, F> {
  return {
    idOf(record) {
      if (record.kind === 'score') return `score/${scoreKey(record.score)}`;
      return record.kind === 'action' ? `action/${record.action.id}` : `clip/${record.clip.id}`;
    },
    reject(record, { features }) {
      if (record.kind !== 'action') return undefined;
      try {
        features.extract(subjectOf(record.action));
        return undefined;
      } catch (error) {
        return rowFault(error);
      }
    },
    rowOf(record) {
      if (record.kind === 'score') return record.score.action;
      return record.kind === 'action' ? record.action.id : undefined;
    },
    row(records) {
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
    },
    ratings: {
      where: { 'record.kind': 'score' },
      of: (record) =>
        record.kind === 'score'
          ? { item: record.score.action, rater: record.score.rater, score: record.score.score }
          : undefined,
    },
    recordOfScore: (score) => ({ kind: 'score', score }),
  };
}

/** Mean over raters, each counted once however many rounds they scored. */
function panelMean(scores: readonly ExpertScore[]): number {
  const byRater = new Map<string, number[]>();
  for (const { rater, score } of scores) byRater.set(rater, [...(byRater.get(rater) ?? []), score]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean([...byRater.values()].map(mean));
}
