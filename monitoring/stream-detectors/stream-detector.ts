/** Mean and standard deviation of the same values in training. */
export interface ReferenceMoments {
  mean: number;
  deviation: number;
}

/** A change detector for streams of numbers: one file each, listed in `catalog.ts`. */
export interface StreamDetector<Name extends string = string> {
  readonly name: Name;
  /** Starts a run over one stream. A detector that needs no scale ignores the reference. */
  start(reference: ReferenceMoments): StreamRun;
}

export interface StreamRun {
  /** Takes the next value; true where it raises an alarm, after which the detector starts afresh. */
  update(value: number): boolean;
}
