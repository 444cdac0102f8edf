import { loadNative, type Native } from './native.ts';
import { gradients, initial } from './network.ts';

export type NativeAnswer = { gpu: boolean } | { error: string };

/** One training step of a small network: every operation that training takes. */
function takesAStep(): boolean {
  const batch = {
    x: Float32Array.of(1, 2, 3, 4),
    y: Float32Array.of(0, 1),
    weight: Float32Array.of(1, 1),
    masks: [Float32Array.of(2, 0, 2, 2, 0, 2)],
  };
  return gradients(initial([2, 3, 1], 1), batch, 'binary').every((part) => part.every(Number.isFinite));
}

// Runs in the process that `backend.ts` starts; ended by its parent after the answer.
process.once('message', async (native: Native) => {
  let answer: NativeAnswer;
  try {
    answer = await loadNative(native);
    if (!takesAStep()) answer = { error: 'a training step gives no numbers' };
  } catch (error) {
    answer = { error: (error instanceof Error ? error.message : String(error)).split('\n')[0] };
  }
  process.send?.(answer);
});
