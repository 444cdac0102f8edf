import type { Calibration, IntervalRule, ModelDefinition } from '../definition.ts';
import { attribute, type Graph } from './graph.ts';

/** Piecewise linear: y₀ + Σ slopeₖ · (clip(x, xₖ, xₖ₊₁) − xₖ), flat outside. */
function writeIsotonic(graph: Graph, raw: string, { x, y }: Calibration & { kind: 'isotonic' }): string {
  const points = x.length;
  const xs = graph.wide('calibration/x', x, [points]);
  const ys = graph.wide('calibration/y', y, [points]);
  const part = (name: string, of: string, from: number, to: number) =>
    graph.node('Slice', name, [of, graph.indices(`${name}/from`, [from]), graph.indices(`${name}/to`, [to])]);
  const first = part('calibration/y_first', ys, 0, 1);
  if (points === 1) {
    const zero = graph.node('Mul', 'calibration/zero', [raw, graph.scalar('calibration/no', 0)]);
    return graph.node('Add', 'calibration/out', [zero, first]);
  }
  const from = part('calibration/x_from', xs, 0, points - 1);
  const to = part('calibration/x_to', xs, 1, points);
  const rise = graph.node('Sub', 'calibration/rise', [
    part('calibration/y_to', ys, 1, points),
    part('calibration/y_from', ys, 0, points - 1),
  ]);
  const run = graph.node('Sub', 'calibration/run', [to, from]);
  const slopes = graph.node('Div', 'calibration/slopes', [rise, run]);
  const last = graph.indices('calibration/last_axis', [-1]);
  const column = graph.node('Unsqueeze', 'calibration/column', [raw, last]);
  const above = graph.node('Max', 'calibration/above', [column, from]);
  const inside = graph.node('Min', 'calibration/inside', [above, to]);
  const along = graph.node('Sub', 'calibration/along', [inside, from]);
  const steps = graph.node('Mul', 'calibration/steps', [along, slopes]);
  const sum = graph.node('ReduceSum', 'calibration/sum', [steps, last], [attribute.int('keepdims', 0)]);
  return graph.node('Add', 'calibration/out', [sum, first]);
}

/** Converts raw values [N, K] to scores or probabilities, before clipping. */
export function writeCalibration(graph: Graph, raw: string, model: ModelDefinition): string {
  const { calibration } = model;
  if (calibration.kind === 'isotonic') return writeIsotonic(graph, raw, calibration);
  let out = raw;
  if (calibration.kind === 'affine') {
    const sloped = graph.node('Mul', 'calibration/sloped', [
      raw,
      graph.scalar('calibration/slope', calibration.slope),
    ]);
    out = graph.node('Add', 'calibration/out', [
      sloped,
      graph.scalar('calibration/intercept', calibration.intercept),
    ]);
  }
  return model.task === 'binary' ? graph.node('Sigmoid', 'calibration/sigmoid', [out]) : out;
}

/** Clips to the model's scale, if it has one. */
export function writeClip(graph: Graph, name: string, input: string, model: ModelDefinition): string {
  return model.scale ? graph.node('Clip', name, [input, 'scale/low', 'scale/high']) : input;
}

/** Half-widths [N] (or a single one) by the code of the rule's column; an unknown code gets the widest. */
function writeHalfWidths(graph: Graph, rule: IntervalRule): string {
  const table = graph.wide('interval/half_widths', rule.halfWidths, [rule.halfWidths.length]);
  if (rule.column === null) return table;
  const codes = rule.halfWidths.length;
  const column = graph.constant('interval/column', BigInt64Array.of(BigInt(rule.column)), []);
  const code = graph.node('Gather', 'interval/code', ['features/double', column], [attribute.int('axis', 1)]);
  const whole = graph.node('Equal', 'interval/whole', [code, graph.node('Floor', 'interval/floor', [code])]);
  const from = graph.node('GreaterOrEqual', 'interval/from', [code, graph.scalar('interval/zero', 0)]);
  const below = graph.node('Less', 'interval/below', [code, graph.scalar('interval/codes', codes)]);
  const inside = graph.node('And', 'interval/inside', [from, below]);
  const known = graph.node('And', 'interval/known', [inside, whole]);
  const safe = graph.node('Where', 'interval/safe', [known, code, 'interval/zero']);
  const index = graph.node('Cast', 'interval/index', [safe], [attribute.int('to', 7)]);
  const own = graph.node('Gather', 'interval/own', [table, index]);
  const widest = graph.node('ReduceMax', 'interval/widest', [table], [attribute.int('keepdims', 0)]);
  return graph.node('Where', 'interval/half_width', [known, own, widest]);
}

/** Outputs `low` and `high` around a clipped score [N], clipped as well. */
export function writeInterval(graph: Graph, score: string, rule: IntervalRule, model: ModelDefinition): void {
  const half = writeHalfWidths(graph, rule);
  const ends = [
    ['low', 'Sub'],
    ['high', 'Add'],
  ] as const;
  for (const [name, op] of ends) {
    const end = graph.node(op, `interval/${name}`, [score, half]);
    graph.output(name, writeClip(graph, `interval/${name}_clipped`, end, model));
  }
}
