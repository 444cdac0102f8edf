import { TouchlineError } from '../../platform/errors.ts';
import { invalid } from './files.ts';
import type { Prediction, Signature } from './package.ts';
import type { Golden } from './schemas.ts';

/** Largest allowed difference between golden and computed outputs, relative for values above 1. */
export const TOLERANCE = 1e-5;

/** Rows for JSON: null where a value is missing. */
export function rowsOf(values: Float32Array, width: number): (number | null)[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width), (x) => (Number.isNaN(x) ? null : x)),
  );
}

/** The reverse of {@link rowsOf}. @throws PACKAGE_INVALID where a row does not have `width` values */
export function valuesOf(rows: readonly (readonly (number | null)[])[], width: number): Float32Array {
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    if (row.length !== width) throw invalid(`a row has ${row.length} values, but there are ${width} columns`);
    values.set(
      row.map((x) => x ?? Number.NaN),
      i * width,
    );
  });
  return values;
}

/** A prediction under the names of the graph's outputs. */
export function outputsOf(
  signature: Pick<Signature, 'outputs'>,
  prediction: Prediction,
): Record<string, number[] | number[][]> {
  const { value, low, high, members } = prediction;
  return {
    [signature.outputs[0].name]: [...value],
    ...(low && high && { low: [...low], high: [...high] }),
    members: members.map((row) => [...row]),
  };
}

/** @throws PARITY_FAILED where a prediction differs from the golden case, naming the first value that differs */
export function checkParity(
  expected: Golden['cases'][number]['outputs'],
  actual: Record<string, number[] | number[][]>,
  by: string,
): void {
  for (const [name, values] of Object.entries(expected)) {
    const wanted = values.flat();
    const found = actual[name]?.flat() ?? [];
    const at = wanted.findIndex(
      (value, i) => !(Math.abs(found[i] - value) <= TOLERANCE * Math.max(1, Math.abs(value))),
    );
    if (found.length === wanted.length && at < 0) continue;
    const difference =
      found.length === wanted.length
        ? `value ${at} of ${name} is ${found[at]} instead of ${wanted[at]}`
        : `${name} has ${found.length} values instead of ${wanted.length}`;
    throw new TouchlineError(
      'PARITY_FAILED',
      `The package does not reproduce its golden outputs in ${by}: ${difference}. Train or export it again.`,
      { details: { output: name, by, expected: wanted[at] ?? null, actual: found[at] ?? null } },
    );
  }
}
