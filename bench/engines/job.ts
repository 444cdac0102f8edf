import { writeFileSync } from 'node:fs';
import type { Matrix } from '../../datasets/matrix.ts';
import type { Task } from '../../models/definition.ts';
import type { Params } from '../../training/estimator.ts';

export const PARTS = ['train', 'validation', 'heldOut'] as const;

/** The task for both sides; the file contains float32 numbers: values row by row, targets, weights. */
export interface EngineJob {
  engine: string;
  task: Task;
  path: string;
  /** Rows of each part, in the order of the file. */
  rows: Record<(typeof PARTS)[number], number>;
  width: number;
  /** Every parameter of the estimator. */
  settings: Params;
  seed: number;
  threads: number;
  /** Timed fits, after a warm-up of two rounds. */
  repeats: number;
}

/** The output of both sides. */
export interface EngineFit {
  system: string;
  /** Median time of a fit, data structures included. */
  ms: number;
  /** Trees up to the best round. */
  trees: number;
  /** Raw outputs of the held-out rows: scores or log-odds. */
  raw: number[];
}

export interface PeerFit extends EngineFit {
  /** The same, summed in float64. */
  exact: number[];
}

/** Writes the rows of all parts for both sides. */
export function writeParts(
  path: string,
  parts: Record<(typeof PARTS)[number], Matrix>,
): Pick<EngineJob, 'path' | 'rows' | 'width'> {
  const matrices = PARTS.map((part) => parts[part]);
  const float32 = (field: 'values' | 'target' | 'weight') =>
    matrices.map((matrix) => new Uint8Array(Float32Array.from(matrix[field]).buffer));
  writeFileSync(path, Buffer.concat([...float32('values'), ...float32('target'), ...float32('weight')]));
  const { train, validation, heldOut } = parts;
  const rows = {
    train: train.rows.length,
    validation: validation.rows.length,
    heldOut: heldOut.rows.length,
  };
  return { path, rows, width: train.columns.length };
}
