import { z } from 'zod';
import { identifierSchema, momentSchema } from './identifier.ts';

/** What the numbers mean; shown to whoever scores. */
export const SCORE_GUIDE: readonly { from: number; to: number; meaning: string }[] = [
  { from: 0, to: 3, meaning: 'Very poor technique' },
  { from: 4, to: 5, meaning: 'Insufficient technique' },
  { from: 6, to: 7, meaning: 'Correct technique' },
  { from: 8, to: 9, meaning: 'Good technique' },
  { from: 10, to: 10, meaning: 'Perfect technique' },
];

/** One expert's score of one action; one per expert, action and round. */
export const expertScoreSchema = z.strictObject({
  action: identifierSchema,
  rater: identifierSchema,
  score: z.number().min(0).max(10),
  comment: z.string().max(2_000).default(''),
  /** Scoring round: the same expert may score the same action again in another one. */
  round: z.number().int().min(1).max(1_000).default(1),
  at: momentSchema,
});

export type ExpertScore = z.output<typeof expertScoreSchema>;

/** What makes a score the same score: a second one with this key is a duplicate. */
export function scoreKey(score: Pick<ExpertScore, 'action' | 'rater' | 'round'>): string {
  return `${score.action}/${score.rater}/${score.round}`;
}
