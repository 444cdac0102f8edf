import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TouchlineError } from '../../platform/errors.ts';
import type { Device } from '../onnx/device.ts';
import { invalid } from './files.ts';
import type { Prediction, Signature } from './package.ts';

/** Rows per run of the runtime: bounds its memory, and lets other requests run in between. */
const MAX_ROWS = 256;

/** A model opened in the runtime. */
export interface Session {
  run(values: Float32Array): Promise<Prediction>;
  /** Finishes running predictions and refuses new ones. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens a graph in onnxruntime with one thread that never spins: the default keeps every core busy between calls for
 * almost no gain. Operators without a CUDA kernel, such as trees, run on the CPU.
 */
export async function openSession(onnx: Uint8Array, signature: Signature, device: Device): Promise<Session> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(onnx, {
      executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    throw invalid('onnxruntime does not accept model.onnx', error);
  }
  const width = signature.input.shape[1];
  let open = true;
  let running = 0;
  let idle = () => {};
  const runAll = async (values: Float32Array): Promise<Prediction> => {
    const rows = rowCount(values, width);
    const parts: Prediction[] = [];
    for (let row = 0; row < rows; row += MAX_ROWS) {
      const chunk = values.subarray(row * width, (row + MAX_ROWS) * width);
      const features = new Tensor('float32', chunk, [chunk.length / width, width]);
      const outputs = await session.run({ features }).catch((error: unknown) => {
        throw new TouchlineError('MODEL_ERROR', `The model failed on ${rows} rows.`, { cause: error });
      });
      parts.push(predictionOf(outputs, signature));
    }
    return parts.length === 1 ? parts[0] : joinPredictions(parts, signature);
  };
  let closing: Promise<void> | undefined;
  return {
    async run(values) {
      if (!open) throw new TouchlineError('MODEL_ERROR', 'The model is closed.');
      running++;
      try {
        return await runAll(values);
      } finally {
        if (--running === 0) idle();
      }
    },
    close() {
      open = false;
      closing ??= (async () => {
        if (running > 0)
          await new Promise<void>((resolve) => {
            idle = resolve;
          });
        await session.release();
      })();
      return closing;
    },
  };
}

function predictionOf(outputs: InferenceSession.OnnxValueMapType, signature: Signature): Prediction {
  const read = (name: string) => Float64Array.from(outputs[name].data as Float32Array);
  const value = read(signature.outputs[0].name);
  const flat = read('members');
  const width = signature.members.length;
  return {
    value,
    ...('low' in outputs && { low: read('low'), high: read('high') }),
    members: Array.from(value, (_, row) => flat.slice(row * width, (row + 1) * width)),
  };
}

function joinPredictions(parts: readonly Prediction[], signature: Signature): Prediction {
  const join = (part: 'value' | 'low' | 'high') =>
    Float64Array.from(parts.flatMap((prediction) => [...(prediction[part] ?? [])]));
  return {
    value: join('value'),
    ...(signature.intervalLevel !== undefined && { low: join('low'), high: join('high') }),
    members: parts.flatMap((prediction) => prediction.members),
  };
}

/** Number of rows. @throws INVALID_INPUT where the values are not a table of that width, or one of them is infinite */
function rowCount(values: Float32Array, width: number): number {
  if (values.length % width !== 0)
    throw new TouchlineError(
      'INVALID_INPUT',
      `${values.length} values are not a whole number of rows of ${width} columns.`,
      { details: { values: values.length, columns: width } },
    );
  const infinite = values.findIndex((x) => x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY);
  if (infinite >= 0)
    throw new TouchlineError(
      'INVALID_INPUT',
      `Row ${Math.floor(infinite / width)}, column ${infinite % width} is infinite: send a finite number, or leave the value out.`,
    );
  return values.length / width;
}
