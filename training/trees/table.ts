import type { Matrix } from '../../datasets/matrix.ts';
import type { Task } from '../../models/definition.ts';
import { TouchlineError } from '../../platform/errors.ts';

/** The rows to learn from, in memory that threads share. */
export interface Table {
  rows: number;
  width: number;
  /** Row-major. */
  values: Float32Array;
  target: Float64Array;
  weight: Float64Array;
}

/**
 * Copies the rows that have a target and a weight above 0.
 * @throws INVALID_INPUT if a weight is negative or not finite, a value infinite, or a binary target not 0 or 1
 */
export function toTable(matrix: Matrix, task: Task): Table {
  const width = matrix.columns.length;
  const kept: number[] = [];
  matrix.target.forEach((target, row) => {
    const weight = matrix.weight[row];
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw invalid(`The weight of row ${row} is ${weight}: it must be 0 or more.`, { row });
    if (Number.isNaN(target) || weight === 0) return;
    if (task === 'binary' ? target !== 0 && target !== 1 : !Number.isFinite(target))
      throw invalid(
        `The target of row ${row} is ${target}: it must be ${task === 'binary' ? '0 or 1' : 'finite'}.`,
        { row },
      );
    kept.push(row);
  });
  const rows = kept.length;
  const table: Table = {
    rows,
    width,
    values: new Float32Array(new SharedArrayBuffer(rows * width * 4)),
    target: new Float64Array(new SharedArrayBuffer(rows * 8)),
    weight: new Float64Array(new SharedArrayBuffer(rows * 8)),
  };
  // A complete table, the common case, is copied at once, because this runs on the main thread.
  if (rows === matrix.target.length) table.values.set(matrix.values);
  for (let to = 0; to < rows; to++) {
    const from = kept[to];
    if (rows < matrix.target.length)
      table.values.set(matrix.values.subarray(from * width, (from + 1) * width), to * width);
    table.target[to] = matrix.target[from];
    table.weight[to] = matrix.weight[from];
  }
  const infinite = firstInfinite(table.values);
  if (infinite >= 0) {
    const row = kept[Math.floor(infinite / width)];
    const column = matrix.columns[infinite % width].name;
    throw invalid(`Row ${row} has an infinite value of ${column}: use NaN for an unknown value.`, {
      row,
      column,
    });
  }
  return table;
}

function firstInfinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++)
    if (values[i] === Number.POSITIVE_INFINITY || values[i] === Number.NEGATIVE_INFINITY) return i;
  return -1;
}

/** @throws INSUFFICIENT_DATA if there are no rows or no columns */
export function requireRows(table: Table): void {
  if (table.rows === 0)
    throw new TouchlineError(
      'INSUFFICIENT_DATA',
      'No training row has a target and a weight above 0: at least 1 is needed.',
    );
  if (table.width === 0)
    throw new TouchlineError('INSUFFICIENT_DATA', 'The training rows have no columns: at least 1 is needed.');
}

function invalid(message: string, details: Record<string, unknown>): TouchlineError {
  return new TouchlineError('INVALID_INPUT', message, { details });
}
