import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface AnswerRequest {
  onnx: Uint8Array;
  input: string;
  output: string;
  values: Float32Array;
  width: number;
}

export type ForeignAnswer = { values: Float64Array } | { error: string };

// Runs in the process that `answer.ts` starts; ended by its parent after the answer.
process.once('message', async ({ onnx, input, output, values, width }: AnswerRequest) => {
  let answer: ForeignAnswer;
  try {
    const session = await InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
    });
    const features = new Tensor('float32', values, [values.length / width, width]);
    // Only what is asked for: a label or a map beside it may be of a type that cannot be handed over.
    const outputs = await session.run({ [input]: features }, [output]);
    answer = { values: Float64Array.from(outputs[output].data as Float32Array, Number) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(answer);
});
