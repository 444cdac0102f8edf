// @ts-check
import { ApiError, ask } from './api.js';

const KEY = 'touchline-outbox';
const LONGEST_MS = 30_000;

/** @typedef {{ product: string, body: { action: string, score: number, comment: string, round: number, rater?: string } }} Letter */

/** @returns {Letter[]} */
export function waiting() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** @param {Letter[]} letters */
const keep = (letters) => localStorage.setItem(KEY, JSON.stringify(letters));

/** @param {Letter} letter */
const nameOf = ({ product, body }) => JSON.stringify([product, body.action, body.rater, body.round]);

/** @param {Letter} letter */
const remove = (letter) => keep(waiting().filter((one) => nameOf(one) !== nameOf(letter)));

/** @param {number} ms */
const wait = (ms) =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    function done() {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve(undefined);
    }
  });

/**
 * Sends a score until the server has it. It is kept in this browser first, so that neither a lost connection nor a
 * closed page loses it.
 * @param {Letter} letter
 * @param {(problem: string) => void} onTrouble told each time that it has to wait
 * @returns {Promise<'saved' | { stands: number }>} `stands`: this clip had another score of this rater already
 * @throws {ApiError} where the server refuses the score for good; it is not kept then
 */
export async function post(letter, onTrouble) {
  keep([...waiting().filter((one) => nameOf(one) !== nameOf(letter)), letter]);
  for (let tries = 0; ; tries++) {
    try {
      await ask(`/v1/scoring/${letter.product}/scores`, { method: 'POST', body: letter.body });
      remove(letter);
      return 'saved';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'ALREADY_EXISTS') {
        remove(letter);
        // Its own answer may have been lost on the way: then the score that stands is this one.
        return error.details.score === letter.body.score ? 'saved' : { stands: error.details.score };
      }
      const again = error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500;
      if (!again) {
        remove(letter);
        throw error;
      }
      onTrouble(error.text);
      await wait(Math.min(LONGEST_MS, 1_000 * 2 ** tries));
    }
  }
}
