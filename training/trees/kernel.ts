import { KERNEL } from './generated/kernel.ts';
import { Instance, Module, type SharedMemory } from './shared-wasm.ts';

/** The functions of `kernel.wat`; addresses are bytes in the shared memory. */
export interface Kernel {
  histograms(
    rows: number,
    end: number,
    gradients: number,
    c0: number,
    c1: number,
    c2: number,
    c3: number,
    h0: number,
    h1: number,
    h2: number,
    h3: number,
  ): void;
  clear(at: number, bytes: number): void;
  subtract(at: number, end: number, other: number): void;
  scan(
    at: number,
    bins: number,
    gradient: number,
    hessian: number,
    lambda: number,
    least: number,
    out: number,
  ): void;
  partition(
    rows: number,
    end: number,
    out: number,
    column: number,
    bin: number,
    missing: number,
    spare: number,
  ): number;
  descend(
    row: number,
    end: number,
    mask: number,
    bins: number,
    stride: number,
    nodes: number,
    sums: number,
  ): void;
  bin(values: number, end: number, edges: number, last: number, missing: number, out: number): void;
  draw(end: number, seed: number, below: bigint, mask: number, out: number): number;
}

/** Instantiates the kernel on a memory; each thread has its own instance. */
export function instantiateKernel(memory: SharedMemory): Kernel {
  const module = new Module(Buffer.from(KERNEL, 'base64'));
  return new Instance(module, { trees: { memory } }).exports as Kernel;
}
