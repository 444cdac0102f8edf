import { TouchlineError } from '../../platform/errors.ts';
import { askProcess } from '../../platform/processes.ts';

/** What computes the predictions of a model. */
export type Device = 'cpu' | 'cuda';

export interface DeviceChoice {
  device: Device;
  /** Why this one, for people. */
  reason: string;
}

/** What the child process found: the provider computes, or why it does not. */
export type CudaAnswer = { works: true } | { works: false; reason: string };

let probed: Promise<CudaAnswer> | undefined;

/**
 * Whether onnxruntime's CUDA provider loads and computes here. Tried out once, in a process of its own: asking for a
 * provider that is missing throws, and a driver that does not fit may end the process.
 */
function probeCuda(): Promise<CudaAnswer> {
  probed ??= askProcess<CudaAnswer>(import.meta.url, './device-child', {}).catch((error: Error) => ({
    works: false,
    reason: `a process that loads it ${error.message}`,
  }));
  return probed;
}

/**
 * The device that a setting comes to on this machine; `auto` takes a GPU where onnxruntime's CUDA provider works.
 * @throws INVALID_CONFIG with the reason where `cuda` is asked for and does not work.
 */
export async function chooseDevice(wanted: 'auto' | Device): Promise<DeviceChoice> {
  if (wanted === 'cpu') return { device: 'cpu', reason: 'as the setting asks' };
  const cuda = await probeCuda();
  if (cuda.works) return { device: 'cuda', reason: "onnxruntime's CUDA provider works here" };
  if (wanted === 'auto')
    return { device: 'cpu', reason: `onnxruntime's CUDA provider does not work here: ${cuda.reason}` };
  throw new TouchlineError(
    'INVALID_CONFIG',
    `device = cuda: onnxruntime's CUDA provider does not work here: ${cuda.reason}. Fetch its libraries (ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js), or set device to auto or cpu.`,
    { details: { settings: ['device'], reason: cuda.reason } },
  );
}
