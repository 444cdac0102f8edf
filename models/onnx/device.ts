import { TouchlineError } from '../../platform/errors.ts';
import { defineWorker } from '../../platform/workers/define-worker.ts';
import { WorkerFailure } from '../../platform/workers/worker.ts';
import type { methods } from './device-worker.ts';

/** What computes the predictions of a model. */
export type Device = 'cpu' | 'cuda';

export interface DeviceChoice {
  device: Device;
  /** Why this one, for people. */
  reason: string;
}

const worker = defineWorker<typeof methods>(import.meta.url, './device-worker', { kind: 'process' });

/** Why CUDA does not work; undefined if it does. */
type CudaProblem = string | undefined;

let probed: Promise<CudaProblem> | undefined;

/**
 * Whether onnxruntime's CUDA provider loads and computes here. Tried once, in a process of its own: a missing provider
 * throws, and a driver that does not fit may end the process.
 */
function probeCuda(): Promise<CudaProblem> {
  probed ??= worker
    .call('computeOnCuda', undefined, { timeoutMs: 60_000 })
    .catch((error: Error) =>
      error instanceof WorkerFailure
        ? `the process that loaded it ${error.reason}`
        : error.message.split('\n')[0],
    );
  return probed;
}

/**
 * Resolves the `device` setting on this machine; `auto` takes a GPU if onnxruntime's CUDA provider works.
 * @throws INVALID_CONFIG with the reason if the setting is `cuda` and CUDA does not work
 */
export async function chooseDevice(wanted: 'auto' | Device): Promise<DeviceChoice> {
  if (wanted === 'cpu') return { device: 'cpu', reason: 'as the setting asks' };
  const problem = await probeCuda();
  if (problem === undefined) return { device: 'cuda', reason: "onnxruntime's CUDA provider works here" };
  if (wanted === 'auto')
    return { device: 'cpu', reason: `onnxruntime's CUDA provider does not work here: ${problem}` };
  throw new TouchlineError(
    'INVALID_CONFIG',
    `device = cuda: onnxruntime's CUDA provider does not work here: ${problem}. Fetch its libraries (ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js), or set device to auto or cpu.`,
    { details: { settings: ['device'], reason: problem } },
  );
}
