/** Progress of one stage: `done` of `total` units; `total` is absent while unknown. */
export interface ProgressEvent {
  stage: string;
  done: number;
  total?: number;
  /** A short remark, such as the current loss. */
  note?: string;
}

/** Receives the progress of long work: the command line draws bars, jobs store it. It must be cheap and must not throw. */
export type Progress = (event: ProgressEvent) => void;

export const noProgress: Progress = () => {};
