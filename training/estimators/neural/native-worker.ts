import { serve } from '../../../platform/workers/serve.ts';
import { loadNative, type Native } from './native.ts';
import { gradients, initial } from './network.ts';

/** One training step of a small network, which uses every operation that training uses. */
function canTakeAStep(): boolean {
  const batch = {
    x: Float32Array.of(1, 2, 3, 4),
    y: Float32Array.of(0, 1),
    weight: Float32Array.of(1, 1),
    masks: [Float32Array.of(2, 0, 2, 2, 0, 2)],
  };
  return gradients(initial([2, 3, 1], 1), batch, 'binary').every((part) => part.every(Number.isFinite));
}

/** Methods of the process that `backend.ts` starts. */
export const methods = {
  async probe(native: Native): Promise<{ gpu: boolean }> {
    const loaded = await loadNative(native);
    if (!canTakeAStep()) throw new Error('a training step gives no finite numbers');
    return loaded;
  },
};

serve(methods);
