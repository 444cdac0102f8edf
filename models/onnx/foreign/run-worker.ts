import { InferenceSession, Tensor } from 'onnxruntime-node';
import { serve } from '../../../platform/workers/serve.ts';

export interface ForeignRun {
  onnx: Uint8Array;
  /** Name of the graph's input. */
  input: string;
  /** Name of the output to read. */
  output: string;
  /** Row-major, rows × `width`. */
  values: Float32Array;
  width: number;
}

/** Methods of the process that `run.ts` starts. */
export const methods = {
  async run({ onnx, input, output, values, width }: ForeignRun): Promise<Float64Array> {
    const session = await InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
    });
    const features = new Tensor('float32', values, [values.length / width, width]);
    // No other output is fetched: a label or a map may have a type that cannot be read.
    const outputs = await session.run({ [input]: features }, [output]);
    return Float64Array.from(outputs[output].data as Float32Array, Number);
  },
};

serve(methods);
