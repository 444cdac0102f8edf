// @ts-check
/** @import { PendingScore } from '../api/wire.ts' */
import { ApiError, ask } from './api.js';

/** Key in the local storage of browsers. It must not change: scores that are stored under it would be lost. */
const KEY = 'touchline-outbox';
const MAX_WAIT_MS = 30_000;

/**
 * Scores that this browser keeps because the server has not confirmed them.
 * @returns {PendingScore[]}
 */
export function pendingScores() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** @param {PendingScore[]} scores */
const store = (scores) => localStorage.setItem(KEY, JSON.stringify(scores));

/** @param {PendingScore} score */
const idOf = ({ product, body }) => JSON.stringify([product, body.action, body.rater, body.round]);

/** @param {PendingScore} score */
const others = (score) => pendingScores().filter((one) => idOf(one) !== idOf(score));

/**
 * Waits, but not longer than until the browser is online again.
 * @param {number} ms
 */
const waitForRetry = (ms) =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    function done() {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve(undefined);
    }
  });

/** @param {ApiError} error */
const isTransient = ({ status }) => status === 0 || status === 401 || status === 429 || status >= 500;

/**
 * Sends a score until the server has stored it. It is kept in this browser first, so that neither a lost connection nor
 * a closed page loses it.
 * @param {PendingScore} score
 * @param {(problem: string) => void} onRetry called before each wait
 * @returns {Promise<'saved' | { kept: number }>} `kept`: the other score that this rater gave to this clip before
 * @throws {ApiError} where the server rejects the score; it is not kept then
 */
export async function sendScore(score, onRetry) {
  const { product, body } = score;
  store([...others(score), score]);
  for (let tries = 0; ; tries++) {
    try {
      await ask('POST /v1/scoring/:product/scores', { params: { product }, body });
      store(others(score));
      return 'saved';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isTransient(error)) store(others(score));
      if (error.code === 'ALREADY_EXISTS') {
        const kept = Number(error.details.score);
        // If only the answer to an earlier try was lost, the stored score is this one.
        return kept === body.score ? 'saved' : { kept };
      }
      if (!isTransient(error)) throw error;
      onRetry(error.text);
      await waitForRetry(Math.min(MAX_WAIT_MS, 1_000 * 2 ** tries));
    }
  }
}
