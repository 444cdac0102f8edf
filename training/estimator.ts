import type { Matrix } from '../datasets/matrix.ts';
import type { Member, Task } from '../models/definition.ts';
import type { TouchlineError } from '../platform/errors.ts';
import type { Progress } from '../platform/progress.ts';
import type { Param } from '../platform/tracking/tracking.ts';

/** What a fit reports while it runs. Handed in, so that no trainer knows what tracks it. */
export interface TrainingLog {
  /** A point of a curve, such as validation loss at a round. */
  metric(name: string, value: number, step: number): void;
  progress: Progress;
}

export interface FitContext {
  task: Task;
  /** The same data, parameters and seed give the same members, bit for bit, whatever `threads` is. */
  seed: number;
  log: TrainingLog;
  /** Worker threads that may be used beside the main one. */
  threads: number;
  /** Folder of installed engines, `<data>/engines`; undefined: only what needs none, or is a package of this one. */
  engines?: string;
  signal?: AbortSignal;
}

export type Params = Readonly<Record<string, Param>>;

/** What a fit gives: one member, or several with weights for an ensemble. */
export interface Fit {
  members: Member[];
  /** One a member, adding up to 1. */
  weights: number[];
  /** What was found on the way and belongs to the run: best round, chosen ridge, epochs done. */
  notes: Record<string, Param>;
}

/** One way of fitting. One folder each, all behind this port, all held to the checks of `tests/conformance/estimator.ts`. */
export interface Estimator {
  name: string;
  tasks: readonly Task[];
  defaults: Params;
  /** Why it cannot be fitted on this many rows, naming the number needed; undefined if it can. */
  refuses?(train: Matrix): string | undefined;
  /** What a fit on this machine ends with because an engine is not installed; undefined where it can be fitted. */
  unavailable?(engines: string | undefined): TouchlineError | undefined;
  /**
   * Fits on `train`; `validation` serves early stopping and choice of parameters, never the fit itself.
   * Blocks no event loop for more than some tens of milliseconds: heavy loops run in threads.
   */
  fit(train: Matrix, validation: Matrix, params: Params, context: FitContext): Promise<Fit>;
}

export const noLog: TrainingLog = { metric: () => {}, progress: () => {} };
