import { type Action, type ActionType, actionSchema } from '../datasets/records/action.ts';
import { type Clip, clipSchema } from '../datasets/records/clip.ts';
import { type ExpertScore, expertScoreSchema } from '../datasets/records/expert-score.ts';
import { parserOf, type RecordParser } from './parse-record.ts';

/** A record of a product whose actions are scored by experts: a recording, an action with its poses, or a score. */
export type ScoredRecord =
  | { kind: 'clip'; clip: Clip }
  | { kind: 'action'; action: Action }
  | { kind: 'score'; score: ExpertScore };

const asClip = parserOf(clipSchema, (clip): ScoredRecord => ({ kind: 'clip', clip }));
/** A parser of actions of these types. */
export const actionParser = (types: readonly ActionType[]): RecordParser<ScoredRecord> =>
  parserOf(actionSchema(types), (action): ScoredRecord => ({ kind: 'action', action }));
export const asScore = parserOf(expertScoreSchema, (score): ScoredRecord => ({ kind: 'score', score }));

/** A JSON value as an action, a score or a clip, told apart by its keys. */
export const scoredRecordParser =
  (asAction: RecordParser<ScoredRecord>): RecordParser<ScoredRecord> =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { reject: 'the record is not an object' };
    if ('poses' in value) return asAction(value);
    if ('rater' in value || 'score' in value) return asScore(value);
    if ('fps' in value) return asClip(value);
    return { reject: 'the record is not an action, an expert score or a clip' };
  };

/** Columns that a table of scores must have; `comment` and `round` are optional. */
export const SCORE_COLUMNS = ['action', 'rater', 'score', 'at'] as const;

/** A line of a table of scores by column. */
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

/**
 * A field of a table as a number; a text that is not a number is returned as it is, so that the schema rejects it.
 * @example
 * numberOf(' 7.5 '); // => 7.5
 * numberOf('good'); // => 'good'
 */
export function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}
