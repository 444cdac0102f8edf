import { type ExpertScore, scoreKey } from '../../datasets/records/expert-score.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { hashBytes } from '../../platform/hash.ts';
import type { Collection, Store } from '../../platform/store/store.ts';

/** The smallest difference between two scores that experts may give. */
export const SCORE_STEP = 0.5;

/** A score given on the scoring page. */
export interface PostedScore extends ExpertScore {
  /** `<product>/<action>/<rater>/<round>`: a second one of this key is refused. */
  id: string;
  product: string;
}

function posted(store: Store): Collection<PostedScore> {
  return store.collection<PostedScore>('posted_scores', {
    indexes: [
      ['product', 'rater', 'round'],
      ['product', 'action'],
    ],
  });
}

/**
 * Stores a score; it is durable when the promise resolves.
 * @throws ALREADY_EXISTS with the score that was kept, where this rater has already scored this clip in this round
 */
export async function postScore(store: Store, product: string, score: ExpertScore): Promise<PostedScore> {
  const id = `${product}/${scoreKey(score)}`;
  const document: PostedScore = { ...score, id, product };
  const scores = posted(store);
  try {
    await scores.insert(document);
    return document;
  } catch (error) {
    if (!(error instanceof TouchlineError) || error.code !== 'ALREADY_EXISTS') throw error;
    const kept = await scores.get(id);
    throw new TouchlineError('ALREADY_EXISTS', `${score.rater} has already scored ${score.action}.`, {
      cause: error,
      details: {
        action: score.action,
        round: score.round,
        score: kept?.score ?? null,
        at: kept?.at ?? null,
      },
    });
  }
}

/** Scores given on the page, as records for the next training. */
export async function* postedScores(store: Store, product: string): AsyncIterable<ExpertScore> {
  for await (const { id: _id, product: _product, _version, ...score } of posted(store).all({ product }))
    yield score;
}

/** Scores of one clip in one round, by rater. */
export async function scoresOf(
  store: Store,
  key: { product: string; action: string; round: number },
): Promise<PostedScore[]> {
  const found: PostedScore[] = [];
  for await (const { _version, ...score } of posted(store).all(key)) found.push(score);
  return found;
}

/** How often each clip was scored in a round, and which ones this rater scored. */
async function countScores(store: Store, key: { product: string; round: number }, rater: string) {
  const counts = new Map<string, number>();
  const own = new Set<string>();
  for await (const score of posted(store).all(key)) {
    counts.set(score.action, (counts.get(score.action) ?? 0) + 1);
    if (score.rater === rater) own.add(score.action);
  }
  return { counts, own };
}

/**
 * The clip that a rater should see next: of those that this rater has not scored in this round, the one with the fewest
 * scores. Ties are broken by an order of the rater's own, so that raters who start together see different clips.
 */
export async function nextClip(
  store: Store,
  request: { product: string; rater: string; round: number; clips: readonly string[] },
): Promise<{ clip: string | undefined; done: number; total: number }> {
  const { product, rater, round, clips } = request;
  const { counts, own } = await countScores(store, { product, round }, rater);
  const left = clips
    .filter((clip) => !own.has(clip))
    .map((clip) => ({ clip, scored: counts.get(clip) ?? 0, order: hashBytes(`${rater}/${round}/${clip}`) }))
    .sort((a, b) => a.scored - b.scored || (a.order < b.order ? -1 : 1));
  return { clip: left[0]?.clip, done: clips.length - left.length, total: clips.length };
}
