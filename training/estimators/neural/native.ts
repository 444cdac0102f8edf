import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';

/** Packages with TensorFlow's native library, fastest first. They are not dependencies; an installed one is used. */
export const NATIVE = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

export interface Native {
  name: (typeof NATIVE)[number];
  /** Its main module. */
  module: string;
}

/** The installed ones, fastest first: under `<engines>/tensorflow`, or wherever Node resolves our packages. */
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
 * Loads a native package into this thread and makes its backend current. A library that does not fit this machine may
 * end the process, so probe it in another process first.
 * @returns whether it computes on a GPU
 */
export async function loadNative({ module }: Pick<Native, 'module'>): Promise<{ gpu: boolean }> {
  // Nearly every operation calls these two functions, which Node 23 removed.
  const removed: Record<string, unknown> = util as object as Record<string, unknown>;
  removed.isArray ??= Array.isArray;
  removed.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  // Without it, the package's own copy of the core, which shares its state with ours, warns of two copies.
  tf.enableProdMode();
  createRequire(import.meta.url)(module);
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
  return {
    gpu: (tf.backend() as tf.KernelBackend & { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true,
  };
}
