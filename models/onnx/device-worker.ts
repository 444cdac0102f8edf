import { InferenceSession, Tensor } from 'onnxruntime-node';
import { serve } from '../../platform/workers/serve.ts';
import type { ModelDefinition } from '../definition.ts';
import { writeOnnx } from './write.ts';

/** The smallest network: it computes 2 · x. */
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

/** Methods of the process that `device.ts` starts. */
export const methods = {
  async computeOnCuda(): Promise<string | undefined> {
    // As the only provider it throws if it is missing; onnxruntime itself adds the CPU for operators that CUDA lacks.
    const session = await InferenceSession.create(writeOnnx(DOUBLING), {
      executionProviders: ['cuda'],
      logSeverityLevel: 4,
    });
    const { score } = await session.run({ features: new Tensor('float32', Float32Array.of(21), [1, 1]) });
    const answer = Number(score.data[0]);
    return answer === 42 ? undefined : `it computes ${answer} instead of 42`;
  },
};

serve(methods);
