import { canonicalJson } from '../../platform/hash.ts';
import { checkDefinition } from '../check-definition.ts';
import type { ModelDefinition } from '../definition.ts';
import { attribute, Graph } from './graph.ts';
import { METADATA_KEY, parseStructure, structureOf } from './structure.ts';
import { MISSING, writeMember, X } from './write-members.ts';
import { writeCalibration, writeClip, writeInterval } from './write-outputs.ts';

/**
 * Writes a definition as an ONNX model; the same definition always gives the same bytes.
 *
 * Input `features` float32 [N, F], NaN where missing. Outputs, all float32: `score` [N] (with `low` and `high` [N]
 * where there is an interval) or `probability` [N], and `members` [N, M]: what each member alone would answer, through
 * the same calibration and clipping. Between input and output the graph computes in float64, like `predict.ts`.
 * @throws PACKAGE_INVALID where the definition is invalid (shapes, NaN weights, …)
 */
export function writeOnnx(model: ModelDefinition): Uint8Array {
  checkDefinition(model);
  const structure = parseStructure(structureOf(model));
  const graph = new Graph();
  graph.double(X, 'features');
  if (model.members.some((member) => member.kind !== 'trees')) graph.node('IsNaN', MISSING, [X]);
  if (model.scale) {
    graph.scalar('scale/low', model.scale[0]);
    graph.scalar('scale/high', model.scale[1]);
  }
  const count = model.members.length;
  const raws = model.members.map((member, m) => writeMember(graph, m, member));
  const columns = [attribute.int('axis', 1)];
  const members = graph.node('Concat', 'members/raw', raws, columns);
  const weights = graph.wide('members/weights', model.weights, [count, 1]);
  const ensemble = graph.node('MatMul', 'ensemble/raw', [members, weights]);
  const all = graph.node('Concat', 'all/raw', [members, ensemble], columns);
  const values = writeClip(graph, 'all/clipped', writeCalibration(graph, all, model), model);

  const last = graph.constant('all/ensemble', BigInt64Array.of(BigInt(count)), []);
  const value = graph.node('Gather', 'value', [values, last], columns);
  graph.output(model.task === 'binary' ? 'probability' : 'score', value);
  if (model.interval) writeInterval(graph, value, model.interval, model);
  const each = graph.indices(
    'all/members',
    model.members.map((_, m) => m),
  );
  graph.output('members', graph.node('Gather', 'all/each', [values, each], columns), count);
  return graph.toBytes(model.columns.length, { [METADATA_KEY]: canonicalJson(structure) });
}
