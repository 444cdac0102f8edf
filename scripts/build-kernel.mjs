// Compiles training/trees/kernel.wat into training/trees/generated/kernel.ts. A test compares the two.
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';

const source = new URL('../training/trees/kernel.wat', import.meta.url);
const target = new URL('../training/trees/generated/kernel.ts', import.meta.url);
const { parseWat } = await wabt();
const features = { threads: true, simd: true, bulk_memory: true };
const module = parseWat('kernel.wat', await readFile(source, 'utf8'), features);
module.validate(features);
const { buffer } = module.toBinary({});
await writeFile(
  target,
  `/** training/trees/kernel.wat as a WebAssembly binary, in base64; written by scripts/build-kernel.mjs. */
export const KERNEL =
  '${Buffer.from(buffer).toString('base64')}';
`,
);
