import { ascending } from './correlation.ts';
import { type Weighted, weightedMean } from './weighted.ts';

/** Calls `visit` with runs of equal values, in ascending order. */
function runs(values: ArrayLike<number>, order: Int32Array, visit: (start: number, end: number) => void) {
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    visit(start, end);
    start = end;
  }
}

/** Pearson's r of weighted mean ranks. */
export function spearman(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted {
  const sides = [actual, predicted].map((values) => ({ values, order: ascending(values) }));
  return (weights) => {
    const [a, b] = sides.map(({ values, order }) => {
      const ranks = new Float64Array(order.length);
      let before = 0;
      runs(values, order, (start, end) => {
        let mass = 0;
        for (let i = start; i < end; i++) mass += weights[order[i]];
        for (let i = start; i < end; i++) ranks[order[i]] = before + mass / 2;
        before += mass;
      });
      return ranks;
    });
    const meanA = weightedMean(a, weights);
    const meanB = weightedMean(b, weights);
    let ab = 0;
    let aa = 0;
    let bb = 0;
    for (let i = 0; i < a.length; i++) {
      ab += weights[i] * (a[i] - meanA) * (b[i] - meanB);
      aa += weights[i] * (a[i] - meanA) ** 2;
      bb += weights[i] * (b[i] - meanB) ** 2;
    }
    return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN;
  };
}

/** Area under the ROC curve by Mann-Whitney: the share of pairs (one of each class) in the right order, ties counted half. */
export function rocAuc(actual: ArrayLike<number>, predicted: ArrayLike<number>): Weighted {
  const order = ascending(predicted);
  return (weights) => {
    let zerosBelow = 0;
    let ones = 0;
    let right = 0;
    runs(predicted, order, (start, end) => {
      let zerosHere = 0;
      let onesHere = 0;
      for (let i = start; i < end; i++) {
        if (actual[order[i]] === 1) onesHere += weights[order[i]];
        else zerosHere += weights[order[i]];
      }
      right += onesHere * (zerosBelow + zerosHere / 2);
      zerosBelow += zerosHere;
      ones += onesHere;
    });
    return ones > 0 && zerosBelow > 0 ? right / (ones * zerosBelow) : Number.NaN;
  };
}
