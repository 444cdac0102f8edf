import type { Matrix } from '../../../datasets/matrix.ts';
import type { DenseLayer, Standardizer } from '../../../models/definition.ts';
import { standardize } from '../../../models/predict.ts';
import { fitStandardizer } from '../../standardizer.ts';

/** A column with more codes than this holds names rather than categories; its codes are used as numbers. */
const MOST_CODES = 64;

/** Inputs of a network: standardised numbers, and one-hot codes for columns with three codes or more. */
export interface Inputs {
  input: Standardizer;
  width: number;
  /** First input of each column, and its number of codes (1: passed through). */
  spread: { at: number; codes: number }[];
}

export function planInputs(train: Matrix): Inputs {
  const input = fitStandardizer(train);
  let width = 0;
  const spread = train.columns.map((column) => {
    const count = column.kind === 'categorical' ? (column.categories?.length ?? 0) : 0;
    const codes = count > 2 && count <= MOST_CODES ? count : 1;
    const at = width;
    width += codes;
    return { at, codes };
  });
  return { input, width, spread };
}

/** Row-major, rows × inputs. */
export function spreadRows({ input, width, spread }: Inputs, matrix: Matrix): Float32Array {
  const out = new Float32Array(matrix.rows.length * width);
  for (let row = 0; row < matrix.rows.length; row++) {
    const z = standardize(input, matrix.values, row * matrix.columns.length);
    spread.forEach(({ at, codes }, j) => {
      if (codes === 1) out[row * width + at] = z[j];
      else {
        const code = Math.round(z[j] + input.mean[j]);
        if (code >= 0 && code < codes) out[row * width + at + code] = 1;
      }
    });
  }
  return out;
}

/**
 * The trained layers as a network over plain columns. One-hot encoding is itself a layer of rectifiers: for code k,
 * 1 = r(k − 1) − 2 r(k) + r(k + 1) with r(t) = max(0, x − t), and a number is max(0, x) − max(0, −x); the weights of the
 * next layer absorb these differences.
 */
export function plainLayers({ input, spread }: Inputs, layers: DenseLayer[]): DenseLayer[] {
  if (spread.every(({ codes }) => codes === 1)) return layers;
  const columns = spread.length;
  const units: { column: number; sign: 1 | -1; shift: number; shares: [at: number, share: number][] }[] = [];
  spread.forEach(({ at, codes }, column) => {
    if (codes === 1) {
      units.push({ column, sign: 1, shift: 0, shares: [[at, 1]] });
      units.push({ column, sign: -1, shift: 0, shares: [[at, -1]] });
      return;
    }
    for (let t = -1; t < codes; t++) {
      const shares = [
        [t - 1, 1],
        [t, -2],
        [t + 1, 1],
      ].filter(([code]) => code >= 0 && code < codes);
      units.push({
        column,
        sign: 1,
        shift: t - input.mean[column],
        shares: shares.map(([code, share]) => [at + code, share]),
      });
    }
  });
  const first: DenseLayer = {
    weights: new Float32Array(columns * units.length),
    bias: Float32Array.from(units, (unit) => -unit.shift),
    units: units.length,
    activation: 'relu',
  };
  const [next, ...rest] = layers;
  const weights = new Float32Array(units.length * next.units);
  units.forEach(({ column, sign, shares }, u) => {
    first.weights[column * units.length + u] = sign;
    for (let k = 0; k < next.units; k++) {
      let sum = 0;
      for (const [at, share] of shares) sum += share * next.weights[at * next.units + k];
      weights[u * next.units + k] = sum;
    }
  });
  return [first, { ...next, weights }, ...rest];
}
