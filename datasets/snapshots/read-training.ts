import type { Blobs } from '../../platform/blobs/blobs.ts';
import type { Json } from '../../platform/store/store.ts';
import type { FeatureSet } from '../features/feature-set.ts';
import type { Matrix } from '../matrix.ts';
import { readParts } from './rows.ts';
import type { GoldRow, Snapshot } from './snapshot.ts';
import { checkFeatures, fittedRows, inputOf, toMatrix } from './to-matrix.ts';

export interface TrainingData {
  /** Fitted columns hold out-of-fold values, which a row's own group has not influenced. */
  train: Matrix;
  /** Fitted columns hold the values that the package computes, learned from train. */
  validation: Matrix;
  /** The state of each fitted feature by name, learned from train; part of the package. */
  fitted: Record<string, Json>;
}

/**
 * The data that may flow into a model: the rows of train and validation, never those of test.
 * @throws INVALID_INPUT if the snapshot was made with another feature set; NOT_FOUND if its blob is missing
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
