import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { productCatalog } from '../pipelines/catalog.ts';
import { runNotebook } from './notebook.ts';

/** Runs the named notebooks, or all of them, and writes one page for each. */
const DATA = new URL('../../shared/data/', import.meta.url);
const OUT = new URL('out/', import.meta.url);

const requested = process.argv.slice(2);
const products = productCatalog();
const names = requested.length > 0 ? requested : products.names;
for (const name of names) products.named(name);
await mkdir(OUT, { recursive: true });
const data = existsSync(DATA) ? fileURLToPath(DATA) : undefined;
if (data === undefined)
  console.log('No real data found: notebooks use simulated data, and their pages say so.');

for (const name of names) {
  const started = performance.now();
  const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    const { html, outputs, findings } = await runNotebook(new URL(`${name}.ts`, import.meta.url), { data });
    await writeFile(new URL(`${name}.html`, OUT), html);
    console.log(
      `${name.padEnd(14)} ${outputs} outputs, ${findings} findings hold, ${elapsed()} → notebooks/out/${name}.html`,
    );
  } catch (error) {
    process.exitCode = 1;
    console.error(`${name.padEnd(14)} failed after ${elapsed()}:`, error);
  }
}
