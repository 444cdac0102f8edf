import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

const DATA = new URL('../../../shared/data/', import.meta.url);

/** Reason to skip a test, shown in its title; undefined if the data is present. */
export const missing = existsSync(new URL('conformance/README.md', DATA))
  ? undefined
  : '../shared/data/conformance is missing';

export function readData(path: string): string {
  return readFileSync(new URL(path, DATA), 'utf8');
}

/** Asserts a difference below 1e-9, relative to values above 1. */
export function expectClose(actual: number, wanted: number, tolerance = 1e-9): void {
  if (!Number.isFinite(wanted)) expect(actual).toBe(wanted);
  else
    expect(
      Math.abs(actual - wanted) / Math.max(1, Math.abs(wanted)),
      `${actual} is not ${wanted}`,
    ).toBeLessThan(tolerance);
}
