import { TouchlineError } from '../../platform/errors.ts';
import { invalid } from './files.ts';
import type { Prediction, Signature } from './package.ts';
import type { Golden } from './schemas.ts';

/** Largest difference allowed between a golden output and what is computed, relative above 1. */
export const TOLERANCE = 1e-5;

/** Rows as JSON holds them: null where not known. */
export function rowsOf(values: Float32Array, width: number): (number | null)[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width), (x) => (Number.isNaN(x) ? null : x)),
  );
}

/** The reverse of {@link rowsOf}; PACKAGE_INVALID where a row is not `width` long. */
export function valuesOf(rows: readonly (readonly (number | null)[])[], width: number): Float32Array {
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    if (row.length !== width)
      throw invalid(`a row has ${row.length} values where there are ${width} columns`);
    values.set(
      row.map((x) => x ?? Number.NaN),
      i * width,
    );
  });
  return values;
}

/** A prediction by the names of the graph's outputs. */
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

/** Throws PARITY_FAILED where a prediction is not what the golden case says, naming the first value that differs. */
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
      `The package does not repeat its golden outputs in ${by}: ${difference}. Export it again.`,
      { details: { output: name, by, expected: wanted[at] ?? null, actual: found[at] ?? null } },
    );
  }
}
