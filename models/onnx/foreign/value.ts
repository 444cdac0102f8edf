import type { Tree } from '../../definition.ts';
import type { Constant } from './tensors.ts';

/** The features: imputed, then `(x − mean) / scale`. */
export interface Columns {
  kind: 'columns';
  impute?: number[];
  mean: number[];
  scale: number[];
}

/** Row-major weights, inputs × units. */
export interface Layer {
  weights: number[];
  bias: number[];
  units: number;
  activation: 'relu' | 'linear';
}

/** `slope · value + offset` of the output of layers or trees. */
export type Raw = { slope: number; offset: number } & (
  | { kind: 'network'; columns: Columns; layers: Layer[] }
  | { kind: 'trees'; trees: Tree[]; compare: 'lt' | 'le'; base: number; aggregate: 'sum' | 'mean' }
);

/** What an edge of the graph carries, as far as it can be translated. */
export type Value =
  | Columns
  | Raw
  | ({ kind: 'constant' } & Constant)
  /** Sigmoid of log-odds. */
  | { kind: 'probability'; of: Raw }
  /** A probability by itself, not derived from log-odds. */
  | { kind: 'share'; of: Raw };

export const identityColumns = (width: number): Columns => ({
  kind: 'columns',
  mean: new Array<number>(width).fill(0),
  scale: new Array<number>(width).fill(1),
});
