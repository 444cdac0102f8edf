import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { defineWorker } from '../../../platform/workers/define-worker.ts';
import { WorkerFailure } from '../../../platform/workers/worker.ts';
import { installedNative, loadNative, NATIVE, type Native } from './native.ts';
import type { methods } from './native-worker.ts';

const probe = defineWorker<typeof methods>(import.meta.url, './native-worker', { kind: 'process' });

/** The TensorFlow.js backend that networks are trained on. */
export interface Backend {
  name: 'tfjs-node-gpu' | 'tfjs-node' | 'wasm';
  /** The native package to load; absent for wasm. */
  native?: Native;
  /** Why this one was chosen: what works, is missing or fails, and what that costs. */
  reason: string;
}

const chosen = new Map<string | undefined, Promise<Backend>>();

/**
 * The fastest backend that works here: tfjs-node-gpu, tfjs-node or wasm. Each installed native package is probed once, in
 * a process of its own.
 * @param engines folder of installed engines.
 */
export function chooseBackend(engines?: string): Promise<Backend> {
  let choice = chosen.get(engines);
  if (!choice) {
    choice = choose(installedNative(engines));
    chosen.set(engines, choice);
  }
  return choice;
}

async function choose(installed: readonly Native[]): Promise<Backend> {
  const failed: string[] = [];
  for (const native of installed) {
    try {
      const { gpu } = await probe.call('probe', native, { timeoutMs: 60_000 });
      const onGpu = native.name === '@tensorflow/tfjs-node-gpu' ? `, GPU ${gpu ? '' : 'not '}seen` : '';
      return {
        name: native.name.replace('@tensorflow/', '') as Backend['name'],
        native,
        reason: [`${native.name} is installed and works${onGpu}`, ...failed].join('; '),
      };
    } catch (error) {
      const reason =
        error instanceof WorkerFailure
          ? `the process that loaded it ${error.reason}`
          : (error as Error).message.split('\n')[0];
      failed.push(`${native.name} is installed but does not work: ${reason}`);
    }
  }
  const why = failed.length > 0 ? failed.join('; ') : `neither ${NATIVE.join(' nor ')} is installed`;
  return { name: 'wasm', reason: `${why}: large networks train slower than with it` };
}

/** Makes a backend current in this thread. */
export async function startBackend({ native }: Pick<Backend, 'native'>): Promise<void> {
  if (native) await loadNative(native);
  else await startWasm();
}

async function startWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const require = createRequire(import.meta.url);
  const home = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  setWasmPaths(join(home, 'dist') + sep);
  await tf.setBackend('wasm');
}
