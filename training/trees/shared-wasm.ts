/** The part of WebAssembly that trees use, which the type declarations of the language and of Node lack. */
interface SharedWasm {
  Memory: new (size: { initial: number; maximum: number; shared: true }) => SharedMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { exports: unknown };
}

/** Memory that threads share, for both typed arrays and the kernel. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

export const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: SharedWasm })
  .WebAssembly;
