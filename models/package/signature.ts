import type { ModelDefinition } from '../definition.ts';
import type { Signature } from './package.ts';

/** `signature.json` of a definition, without the hashes of the other files. */
export function signatureOf(
  model: ModelDefinition,
  product: string,
  estimator: string,
): Omit<Signature, 'files'> {
  const value = { name: model.task === 'binary' ? 'probability' : 'score', shape: ['N'] as ['N'] };
  const ends = model.interval ? ['low', 'high'].map((name) => ({ name, shape: ['N'] as ['N'] })) : [];
  return {
    format: 1,
    product,
    task: model.task,
    estimator,
    input: {
      name: 'features',
      dtype: 'float32',
      shape: ['N', model.columns.length],
      columns: model.columns,
    },
    outputs: [value, ...ends, { name: 'members', shape: ['N', model.members.length] }],
    members: model.members.map((member) => member.name),
    weights: [...model.weights],
    ...(model.scale && { scale: model.scale }),
    ...(model.interval && { intervalLevel: model.interval.level }),
  };
}

/**
 * `MLmodel`, with which MLflow serves the folder as an ONNX model and as a Python function. It contains no run, time or
 * versions, so that it depends on the model alone.
 */
export function mlmodelOf(signature: Pick<Signature, 'input' | 'outputs'>): string {
  const tensor = (name: string, shape: readonly (number | 'N')[]) => ({
    name,
    type: 'tensor',
    'tensor-spec': { dtype: 'float32', shape: shape.map((size) => (size === 'N' ? -1 : size)) },
  });
  const inputs = JSON.stringify([tensor('features', signature.input.shape)]);
  const outputs = JSON.stringify(signature.outputs.map((output) => tensor(output.name, output.shape)));
  return `flavors:
  onnx:
    data: model.onnx
    providers:
    - CPUExecutionProvider
  python_function:
    data: model.onnx
    loader_module: mlflow.onnx
signature:
  inputs: '${inputs}'
  outputs: '${outputs}'
`;
}
