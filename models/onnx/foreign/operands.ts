import { unsupported } from '../../trees/nested-tree.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import type { Columns, Layer, Raw, Value } from './value.ts';

/** Translates one node, given its translated inputs. @param output name of the output that is needed */
export type Operator = (node: NodeProto, inputs: readonly (Value | undefined)[], output: string) => Value;

/** The error for a node that cannot be translated. */
export const unsupportedNode = (node: NodeProto, what: string) =>
  unsupported('ONNX', `${node.opType} ${what}`);

export function columnsIn(node: NodeProto, value: Value | undefined): Columns {
  if (value?.kind === 'columns') return value;
  throw unsupportedNode(node, 'is not applied to the features themselves');
}

export function constantIn(node: NodeProto, value: Value | undefined) {
  if (value?.kind === 'constant') return value;
  throw unsupportedNode(node, 'needs a constant input');
}

/** One number per column; a single number applies to all. */
export function spread(node: NodeProto, values: ArrayLike<number>, width: number): number[] {
  if (values.length === 1) return new Array<number>(width).fill(values[0]);
  if (values.length === width) return Array.from(values);
  throw unsupportedNode(node, `has ${values.length} values instead of ${width}`);
}

/** The columns and layers that a further layer builds on. */
export function stack(
  node: NodeProto,
  value: Value | undefined,
): { columns: Columns; layers: Layer[]; width: number } {
  if (value?.kind === 'columns') return { columns: value, layers: [], width: value.mean.length };
  if (value?.kind === 'network' && value.slope === 1 && value.offset === 0)
    return { columns: value.columns, layers: value.layers, width: value.layers.at(-1)?.units ?? 0 };
  throw unsupportedNode(node, 'is applied to something other than features or a layer');
}

export function dense(node: NodeProto, value: Value | undefined, weights: number[], bias: number[]): Raw {
  const { columns, layers, width } = stack(node, value);
  const units = weights.length / width;
  if (!Number.isInteger(units) || units < 1)
    throw unsupportedNode(node, `has ${weights.length} weights for ${width} inputs`);
  const layer: Layer = { weights, bias: spread(node, bias, units), units, activation: 'linear' };
  return { kind: 'network', columns, layers: [...layers, layer], slope: 1, offset: 0 };
}

export function transpose(weights: readonly number[], rows: number): number[] {
  const columns = weights.length / rows;
  return Array.from(weights, (_, i) => weights[(i % rows) * columns + Math.floor(i / rows)]);
}

/** `value · factor + term`, with one factor and term per column. */
export function affine(
  node: NodeProto,
  value: Value | undefined,
  factor: ArrayLike<number>,
  term: ArrayLike<number>,
): Value {
  if (value?.kind === 'columns') {
    const width = value.mean.length;
    const [by, plus] = [spread(node, factor, width), spread(node, term, width)];
    if (by.some((one) => one <= 0))
      throw unsupportedNode(node, 'scales a feature by a number that is not above 0');
    // (x − m) / s · f + t = (x − (m − t · s / f)) / (s / f)
    return {
      ...value,
      mean: value.mean.map((mean, j) => mean - (plus[j] * value.scale[j]) / by[j]),
      scale: value.scale.map((scale, j) => scale / by[j]),
    };
  }
  if (value?.kind === 'network') {
    const last = value.layers.at(-1) as Layer;
    if (last.activation === 'linear' && value.slope === 1 && value.offset === 0) {
      const [by, plus] = [spread(node, factor, last.units), spread(node, term, last.units)];
      const changed: Layer = {
        ...last,
        weights: last.weights.map((weight, i) => weight * by[i % last.units]),
        bias: last.bias.map((bias, unit) => bias * by[unit] + plus[unit]),
      };
      return { ...value, layers: [...value.layers.slice(0, -1), changed] };
    }
  }
  if (value?.kind === 'network' || value?.kind === 'trees') {
    const [[by], [plus]] = [spread(node, factor, 1), spread(node, term, 1)];
    return { ...value, slope: value.slope * by, offset: value.offset * by + plus };
  }
  throw unsupportedNode(node, 'is used where it cannot be translated');
}

/** Reduces two columns of scores to one: that of class 1, which is the second, or its difference to the first. */
export function secondOf(node: NodeProto, weights: number[], bias: number[], how: 'second' | 'difference') {
  const width = weights.length / 2;
  const at = (row: number, j: number) => weights[row * width + j];
  if (bias.length !== 2) throw unsupportedNode(node, 'has more than two classes');
  const minus = how === 'difference' ? 1 : 0;
  return {
    weights: Array.from({ length: width }, (_, j) => at(1, j) - minus * at(0, j)),
    bias: [bias[1] - minus * bias[0]],
  };
}

/** Columns that trees may split on: unscaled, because their thresholds apply to the original values. */
export function unscaled(node: NodeProto, value: Value | undefined): Columns {
  const columns = columnsIn(node, value);
  if (columns.mean.some((mean) => mean !== 0) || columns.scale.some((scale) => scale !== 1))
    throw unsupportedNode(
      node,
      'is applied to scaled features: leave the scaler out, since trees do not need it',
    );
  return columns;
}
