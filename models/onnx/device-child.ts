import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelDefinition } from '../definition.ts';
import type { CudaAnswer } from './device.ts';
import { writeOnnx } from './write.ts';

/** The smallest network: it answers 2 · x. */
const DOUBLING: ModelDefinition = {
  task: 'regression',
  columns: [{ name: 'x', kind: 'numeric', description: 'x' }],
  members: [
    {
      kind: 'network',
      name: 'doubling',
      input: { impute: Float32Array.of(0), mean: Float32Array.of(0), scale: Float32Array.of(1) },
      layers: [{ weights: Float32Array.of(2), bias: Float32Array.of(0), units: 1, activation: 'linear' }],
      slope: 1,
      offset: 0,
    },
  ],
  weights: Float32Array.of(1),
  calibration: { kind: 'identity' },
};

async function compute(): Promise<CudaAnswer> {
  // Asked alone it throws where it is missing; onnxruntime adds the CPU by itself for what CUDA does not do.
  const session = await InferenceSession.create(writeOnnx(DOUBLING), {
    executionProviders: ['cuda'],
    logSeverityLevel: 4,
  });
  const { score } = await session.run({ features: new Tensor('float32', Float32Array.of(21), [1, 1]) });
  const answer = Number(score.data[0]);
  return answer === 42 ? { works: true } : { works: false, reason: `it computes ${answer} instead of 42` };
}

// Runs in the process that `device.ts` starts; ended by its parent after the answer.
process.once('message', async () => {
  const answer = await compute().catch(
    (error: Error): CudaAnswer => ({ works: false, reason: error.message.split('\n')[0] }),
  );
  process.send?.(answer);
});
