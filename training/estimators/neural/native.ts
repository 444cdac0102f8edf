import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';

/** Packages that hold TensorFlow's own library, fastest first. Never dependencies: whoever has one gets its speed. */
export const NATIVE = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

export interface Native {
  name: (typeof NATIVE)[number];
  /** Its main module. */
  module: string;
}

/** Those that are installed, fastest first: under `<engines>/tensorflow`, or wherever Node finds packages of ours. */
export function installedNative(engines?: string): Native[] {
  const places = [...(engines ? [join(engines, 'tensorflow', 'package.json')] : []), import.meta.url];
  const resolve = (from: string, name: string) => {
    try {
      return createRequire(from).resolve(name);
    } catch {
      return undefined;
    }
  };
  return NATIVE.flatMap((name) => {
    const modules = places.map((from) => resolve(from, name)).filter((module) => module !== undefined);
    return [...new Set(modules)].map((module) => ({ name, module }));
  });
}

/**
 * Loads a native package into this thread and makes its backend the current one. A library that does not fit this
 * machine may end the process: load one that was tried before.
 * @returns whether it computes on a GPU.
 */
export async function loadNative({ module }: Pick<Native, 'module'>): Promise<{ gpu: boolean }> {
  // Two functions that nearly every operation calls, and that Node 23 took away.
  const removed: Record<string, unknown> = util as object as Record<string, unknown>;
  removed.isArray ??= Array.isArray;
  removed.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  // Otherwise its own copy of the core, which shares all its state with ours, warns that there are two.
  tf.enableProdMode();
  createRequire(import.meta.url)(module);
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
  return {
    gpu: (tf.backend() as tf.KernelBackend & { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true,
  };
}
