import type { Random } from '../../platform/random.ts';

/** Hashes two numbers to 32 bits (the finalizer of MurmurHash3): a random number for row `index` without a sequence. */
export function mix(seed: number, index: number): number {
  let h = seed ^ Math.imul(index, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A share of rows as a 32-bit bound: row i is drawn if mix(seed, i) is below it. */
export function bound(share: number): number {
  return Math.round(share * 2 ** 32);
}

/** Draws `into.length` different columns of `all.length` (a partial Fisher-Yates shuffle of `all`), ascending. */
export function drawColumns(random: Random, all: Int32Array, into: Int32Array): void {
  for (let i = 0; i < into.length; i++) {
    const j = i + random.integer(all.length - i);
    const kept = all[i];
    all[i] = all[j];
    all[j] = kept;
    into[i] = all[i];
  }
  into.sort();
}
