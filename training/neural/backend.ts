import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** Never a dependency: whoever has built it for this machine gets its speed. */
const NATIVE = '@tensorflow/tfjs-node';

/** Makes the fastest backend that works here the current one: the native one where installed, else wasm. */
export async function startBackend(): Promise<'native' | 'wasm'> {
  try {
    await import(NATIVE);
    await tf.setBackend('tensorflow');
    // On some versions of Node the binding loads and then fails at every operation.
    tf.tidy(() => tf.matMul(tf.zeros([1, 1]), tf.zeros([1, 1])).dataSync());
    return 'native';
  } catch {
    const require = createRequire(import.meta.url);
    const home = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
    setWasmPaths(join(home, 'dist') + sep);
    await tf.setBackend('wasm');
    return 'wasm';
  }
}
