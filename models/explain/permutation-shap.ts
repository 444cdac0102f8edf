import { seeded } from '../../platform/random.ts';
import type { NetworkMember } from '../definition.ts';
import { networkWalk } from './network-walk.ts';

/** Minimum number of walks per row, and maximum number of background rows. A walk costs one evaluation per column. */
const WALKS = 16;

/** Smallest even number of walks, at least {@link WALKS}, that starts equally often from each of `count` background rows. */
function walksOver(count: number): number {
  let walks = count;
  while (walks < WALKS || walks % 2 !== 0) walks += count;
  return walks;
}

/**
 * Shapley values by permutation sampling (Štrumbelj & Kononenko 2014) in antithetic pairs: each order is walked forwards
 * and backwards (Mitchell, Cooper, Frank & Holmes 2022). A column that is left out takes its value from one of the first
 * 16 background rows. Each of these starts equally many walks, so that the values add up to f(row) − base exactly.
 * Seeded: the same row always gives the same values.
 * @returns `base`, the mean output over those rows, and a function that adds `factor` times the values to `out`
 */
export function permutationShap(
  member: NetworkMember,
  background: Float32Array,
): { base: number; explain(row: Float32Array, factor: number, out: Float64Array): void } {
  const width = member.input.mean.length;
  const count = Math.min(WALKS, background.length / width);
  const starts = Array.from({ length: count }, (_, i) => background.slice(i * width, (i + 1) * width));
  const network = networkWalk(member);
  const outputs = starts.map((start) => network.start(start));
  const walks = walksOver(count);
  return {
    base: outputs.reduce((sum, output) => sum + output, 0) / count,
    explain(row, factor, out) {
      const random = seeded(1, 'permutation-shap');
      const order = Int32Array.from({ length: width }, (_, column) => column);
      network.setTarget(row);
      for (let walk = 0; walk < walks; walk++) {
        if (walk % 2 === 0) random.shuffle(order);
        else order.reverse();
        let before = network.start(starts[walk % count]);
        for (const column of order) {
          const after = network.change(column);
          out[column] += (factor * (after - before)) / walks;
          before = after;
        }
      }
    },
  };
}
