import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hashBytes } from './hash.ts';

/** A seeded random number generator: equal seeds give equal sequences on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Shuffles in place (Fisher-Yates). @returns the same array */
  shuffle<A extends { [index: number]: unknown; length: number }>(items: A): A;
}

/**
 * @param seed any integer.
 * @param stream names an independent sequence of the same seed, so that a new consumer does not change the others.
 * @example
 * seeded(1).integer(100) === seeded(1).integer(100); // => true
 */
export function seeded(seed: number, stream = ''): Random {
  const start = Number.parseInt(hashBytes(`${seed}:${stream}`).slice(0, 8), 16) | 0;
  const generator = xoroshiro128plus(start);
  const uniform = () => uniformFloat64(generator);
  const integer = (below: number) => Math.floor(uniform() * below);
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle(items) {
      const array = items as { [index: number]: unknown; length: number };
      for (let i = array.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const kept = array[i];
        array[i] = array[j];
        array[j] = kept;
      }
      return items;
    },
  };
}
