import type { Blobs } from '../../platform/blobs/blobs.ts';
import type { Json } from '../../platform/store/store.ts';
import type { FeatureSet } from '../features/feature-set.ts';
import type { Matrix } from '../matrix.ts';
import { readParts } from './rows.ts';
import type { GoldRow, Snapshot } from './snapshot.ts';
import { checkFeatures, fittedRows, inputOf, toMatrix } from './to-matrix.ts';

export interface TrainingData {
  /** Fitted columns hold out-of-fold values: no row's own group had a part in them. */
  train: Matrix;
  /** Fitted columns hold what the package will answer, learnt from train. */
  validation: Matrix;
  /** State of each fitted feature by name, learnt from train; goes into the package. */
  fitted: Record<string, Json>;
}

/**
 * Everything that may flow into a model: the rows of train and validation, never those of test.
 * @throws INVALID_INPUT where the snapshot was made with another feature set; NOT_FOUND where its blob is gone.
 */
export async function readTraining(
  snapshot: Snapshot,
  set: FeatureSet<never>,
  { blobs, seed }: { blobs: Blobs; seed: number },
): Promise<TrainingData> {
  checkFeatures(snapshot, set);
  const train: GoldRow[] = [];
  const validation: GoldRow[] = [];
  for await (const row of readParts(snapshot, ['train', 'validation'], blobs)) {
    (row.part === 'train' ? train : validation).push(row);
  }
  const fitted: Record<string, Json> = {};
  const trainValues: number[][][] = [];
  const validationValues: number[][][] = [];
  for (const feature of set.fitted ?? []) {
    const rows = fittedRows(train, feature.name);
    const state = feature.fit(rows);
    fitted[feature.name] = state;
    trainValues.push(feature.outOfFold(rows, seed));
    validationValues.push(validation.map((row) => feature.apply(state, inputOf(row, feature.name))));
  }
  return {
    train: toMatrix(train, set, trainValues),
    validation: toMatrix(validation, set, validationValues),
    fitted,
  };
}
