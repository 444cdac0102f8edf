/** One step of long work: `done` of `total` (total absent when it is not known yet). */
export interface ProgressEvent {
  stage: string;
  done: number;
  total?: number;
  /** A short remark beside the bar, such as the current loss. */
  note?: string;
}

/** Handed into long work; the command line draws bars from it, jobs store it. Must be cheap and must not throw. */
export type Progress = (event: ProgressEvent) => void;

export const noProgress: Progress = () => {};
