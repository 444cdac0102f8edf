import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUARDED = join(ROOT, 'datasets/snapshots/read-test.ts');
const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'coverage']);
/** The gate, tests and benchmarks. */
const ALLOWED = /^(registry\/compare-on-test\.ts|tests\/.*|bench\/.*)$/;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** Files that an `import` or `export … from` of relative paths leads to, dynamic imports included. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return [...found].map(([, target]) => resolve(dirname(path), target));
}

describe('the test part of a snapshot', () => {
  const importers = sources(ROOT)
    .filter((path) => importsOf(path).includes(GUARDED))
    .map((path) => relative(ROOT, path).split(sep).join('/'));

  it('is read by the gate', () => {
    expect(importers).toContain('registry/compare-on-test.ts');
  });

  it('is read by no module that could feed it back into a model', () => {
    expect(importers.filter((path) => !ALLOWED.test(path))).toEqual([]);
  });

  it('is not reached without its reader', () => {
    // `readParts` can read any part, so only the readers in its folder may call it.
    const rows = join(ROOT, 'datasets/snapshots/rows.ts');
    const outside = sources(ROOT)
      .filter((path) => importsOf(path).includes(rows) && readFileSync(path, 'utf8').includes('readParts'))
      .map((path) => relative(ROOT, path).split(sep).join('/'))
      .filter((path) => !/^(datasets\/snapshots|tests)\//.test(path));
    expect(outside).toEqual([]);
  });
});
