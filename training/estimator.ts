import type { Matrix } from '../datasets/matrix.ts';
import type { Member, Task } from '../models/definition.ts';
import type { TouchlineError } from '../platform/errors.ts';
import type { Progress } from '../platform/progress.ts';
import type { Param } from '../platform/tracking/tracking.ts';

/** What a fit reports while it runs. It is passed in, so that estimators do not depend on the tracking. */
export interface TrainingLog {
  /** Adds a point to a curve, such as the validation loss of a round. */
  metric(name: string, value: number, step: number): void;
  progress: Progress;
}

export interface FitContext {
  task: Task;
  /** The same data, parameters and seed give the same members, bit for bit, whatever `threads` is. */
  seed: number;
  log: TrainingLog;
  /** Worker threads that a fit may use besides the main thread. */
  threads: number;
  /** Folder of installed engines, `<data>/engines`; without it, only estimators that need none can be fitted. */
  engines?: string;
  signal?: AbortSignal;
}

export type Params = Readonly<Record<string, Param>>;

/** Result of a fit: one member, or several with weights for an ensemble. */
export interface Fit {
  members: Member[];
  /** One per member; they add up to 1. */
  weights: number[];
  /** Findings that are tracked with the run, such as the best round, the chosen λ or the number of epochs. */
  notes: Record<string, Param>;
}

/**
 * A learning algorithm. Each has a folder in `training/estimators/` and an entry in the catalog there; all of them pass
 * `tests/conformance/estimator.ts`.
 */
export interface Estimator {
  name: string;
  tasks: readonly Task[];
  /** Every parameter with its default: a product may set these and no others. */
  defaults: Params;
  /** Estimators whose parameters it also takes, as `boosting.depth`. */
  members?: readonly Estimator[];
  /** Why it cannot be fitted on so few rows, naming the number it needs; undefined if it can. */
  cannotFit?(train: Matrix): string | undefined;
  /** The error of a fit on this machine because an engine is not installed; undefined if it can be fitted. */
  unavailable?(engines: string | undefined): TouchlineError | undefined;
  /**
   * Fits on `train`; `validation` serves early stopping and the choice of parameters, never the fit itself.
   * Must impute NaN, use the row weights, give the same bytes for the same seed, and reject with the reason of `signal`
   * when it is aborted. For a binary task, the raw output is a log-odds.
   * Must not block the event loop for more than some tens of milliseconds: heavy loops run in threads.
   */
  fit(train: Matrix, validation: Matrix, params: Params, context: FitContext): Promise<Fit>;
}

export const noLog: TrainingLog = { metric: () => {}, progress: () => {} };
