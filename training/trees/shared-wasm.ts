/** The part of WebAssembly that the trees use; neither the language's nor Node's type declarations have it. */
interface SharedWasm {
  Memory: new (size: { initial: number; maximum: number; shared: true }) => SharedMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { exports: unknown };
}

/** Memory that threads share, for typed arrays and the kernel alike. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

export const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: SharedWasm })
  .WebAssembly;
