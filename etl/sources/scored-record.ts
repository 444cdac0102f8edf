import { type Action, actionSchema } from '../../datasets/records/action.ts';
import { type Clip, clipSchema } from '../../datasets/records/clip.ts';
import { type ExpertScore, expertScoreSchema } from '../../datasets/records/expert-score.ts';
import { parserOf, type RecordParser } from '../parse-record.ts';

/** What arrives for a product that experts score: recordings, actions with their poses, and scores, in any order. */
export type ScoredRecord =
  | { kind: 'clip'; clip: Clip }
  | { kind: 'action'; action: Action }
  | { kind: 'score'; score: ExpertScore };

export const asClip = parserOf(clipSchema, (clip): ScoredRecord => ({ kind: 'clip', clip }));
export const asAction = parserOf(actionSchema, (action): ScoredRecord => ({ kind: 'action', action }));
export const asScore = parserOf(expertScoreSchema, (score): ScoredRecord => ({ kind: 'score', score }));

/** A JSON value as whichever of the three it looks like. */
export const asScoredRecord: RecordParser<ScoredRecord> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { reject: 'the record is no object' };
  if ('poses' in value) return asAction(value);
  if ('rater' in value || 'score' in value) return asScore(value);
  if ('fps' in value) return asClip(value);
  return { reject: 'the record is neither an action, an expert score nor a clip' };
};

/** Columns that a CSV file of scores must have; `comment` and `round` may be there too. */
export const SCORE_COLUMNS = ['action', 'rater', 'score', 'at'] as const;

/** A line of a CSV file of scores. */
export const asScoreLine: RecordParser<ScoredRecord> = (value) => {
  const { action, rater, score, at, comment, round } = value as Record<string, string | undefined>;
  return asScore({
    action,
    rater,
    at,
    score: numberOf(score),
    ...(comment !== undefined && { comment }),
    ...(round && { round: numberOf(round) }),
  });
};

/** A number as CSV holds it; whatever is none stays text, for the schema to refuse. */
export function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}
