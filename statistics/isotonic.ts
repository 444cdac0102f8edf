import { requireFit } from './checks.ts';
import { ascending } from './correlation.ts';

interface Block {
  low: number;
  high: number;
  weight: number;
  mean: number;
}

function joined(a: Block, b: Block): Block {
  const weight = a.weight + b.weight;
  return { low: a.low, high: b.high, weight, mean: a.mean + (b.weight / weight) * (b.mean - a.mean) };
}

/** Appends a block and merges it with its predecessors for as long as `join` returns true. */
function push(blocks: Block[], block: Block, join: (before: Block, after: Block) => boolean): void {
  let last = block;
  while (blocks.length > 0 && join(blocks[blocks.length - 1], last)) last = joined(blocks.pop()!, last);
  blocks.push(last);
}

/**
 * Least-squares non-decreasing fit by pooling adjacent violators (Barlow et al. 1972). Equal values of `raw` are pooled
 * first.
 * @returns points for linear interpolation, constant outside; `x` strictly ascending, `y` never decreasing.
 * @throws INVALID_INPUT if there are no values, the lengths differ or a value is not finite
 * @example
 * const { x, y } = fitIsotonic([1, 2, 3, 4], [0, 1, 0, 1]);
 * [...x]; // => [1, 2, 3, 4]
 * [...y]; // => [0, 0.5, 0.5, 1]
 */
export function fitIsotonic(
  raw: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { x: Float64Array; y: Float64Array } {
  requireFit('isotonic calibration', raw, target);
  const distinct: Block[] = [];
  for (const i of ascending(raw)) {
    const weight = weights ? weights[i] : 1;
    const block = { low: raw[i], high: raw[i], weight, mean: target[i] };
    if (weight > 0) push(distinct, block, (before, after) => before.high === after.low);
  }
  const blocks: Block[] = [];
  for (const block of distinct) push(blocks, block, (before, after) => before.mean >= after.mean);
  const points = blocks.flatMap(({ low, high, mean }) =>
    low === high
      ? [[low, mean]]
      : [
          [low, mean],
          [high, mean],
        ],
  );
  return {
    x: Float64Array.from(points, ([x]) => x),
    y: Float64Array.from(points, ([, y]) => y),
  };
}
