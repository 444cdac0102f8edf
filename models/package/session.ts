import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TouchlineError } from '../../platform/errors.ts';
import { invalid } from './files.ts';
import type { Prediction, Signature } from './package.ts';

/** A model in the runtime. */
export interface Session {
  run(values: Float32Array): Promise<Prediction>;
  close(): Promise<void>;
}

/**
 * Opens a graph in onnxruntime on the CPU. Threads are set and never spin: the default keeps every core busy between
 * calls for next to no gain.
 */
export async function openSession(onnx: Uint8Array, signature: Signature, threads: number): Promise<Session> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    throw invalid('onnxruntime does not accept model.onnx', error);
  }
  const width = signature.input.shape[1];
  let open = true;
  return {
    async run(values) {
      if (!open) throw new TouchlineError('MODEL_ERROR', 'The model was closed before it was asked.');
      const rows = rowCount(values, width);
      const members = signature.members.length;
      if (rows === 0) return empty(signature);
      let outputs: InferenceSession.OnnxValueMapType;
      try {
        outputs = await session.run({ features: new Tensor('float32', values, [rows, width]) });
      } catch (error) {
        throw new TouchlineError('MODEL_ERROR', `The model failed on ${rows} rows.`, { cause: error });
      }
      const read = (name: string) => Float64Array.from(outputs[name].data as Float32Array);
      const flat = read('members');
      return {
        value: read(signature.outputs[0].name),
        ...('low' in outputs && { low: read('low'), high: read('high') }),
        members: Array.from({ length: rows }, (_, row) => flat.slice(row * members, (row + 1) * members)),
      };
    },
    async close() {
      if (!open) return;
      open = false;
      await session.release();
    },
  };
}

function empty(signature: Signature): Prediction {
  const none = () => new Float64Array();
  const interval = signature.intervalLevel !== undefined;
  return { value: none(), ...(interval && { low: none(), high: none() }), members: [] };
}

/** Number of rows; INVALID_INPUT where the values are no table of that width or one of them is infinite. */
function rowCount(values: Float32Array, width: number): number {
  if (values.length % width !== 0)
    throw new TouchlineError(
      'INVALID_INPUT',
      `${values.length} values are no whole number of rows of ${width} columns.`,
      { details: { values: values.length, columns: width } },
    );
  const infinite = values.findIndex((x) => x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY);
  if (infinite >= 0)
    throw new TouchlineError(
      'INVALID_INPUT',
      `Row ${Math.floor(infinite / width)}, column ${infinite % width} is infinite: send a number, or leave it out.`,
    );
  return values.length / width;
}
