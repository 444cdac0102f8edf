import { z } from 'zod';
import { identifierSchema, momentSchema } from './identifier.ts';

/** The meaning of the scores, shown to raters. */
export const SCORE_GUIDE: readonly { from: number; to: number; meaning: string }[] = [
  { from: 0, to: 3, meaning: 'Very poor technique' },
  { from: 4, to: 5, meaning: 'Insufficient technique' },
  { from: 6, to: 7, meaning: 'Correct technique' },
  { from: 8, to: 9, meaning: 'Good technique' },
  { from: 10, to: 10, meaning: 'Perfect technique' },
];

/** One expert's score of one action. There is one per expert, action and round. */
export const expertScoreSchema = z.strictObject({
  action: identifierSchema,
  rater: identifierSchema,
  score: z.number().min(0).max(10),
  comment: z.string().max(2_000).default(''),
  /** Scoring round: an expert may score the same action again in another round. */
  round: z.number().int().min(1).max(1_000).default(1),
  at: momentSchema,
});

export type ExpertScore = z.output<typeof expertScoreSchema>;

/**
 * The identity of a score: a second score with this key is a duplicate.
 * @example
 * scoreKey({ action: 'clip-1', rater: 'ann', round: 2 }); // => 'clip-1/ann/2'
 */
export function scoreKey(score: Pick<ExpertScore, 'action' | 'rater' | 'round'>): string {
  return `${score.action}/${score.rater}/${score.round}`;
}
