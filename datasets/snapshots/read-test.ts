import type { Blobs } from '../../platform/blobs/blobs.ts';
import type { Json } from '../../platform/store/store.ts';
import type { FeatureSet } from '../features/feature-set.ts';
import type { Matrix } from '../matrix.ts';
import { readParts } from './rows.ts';
import type { GoldRow, Snapshot } from './snapshot.ts';
import { checkFeatures, inputOf, toMatrix } from './to-matrix.ts';

/**
 * The rows held out for the gate, with the values that the package computes. Nothing computed from this matrix may flow
 * back into a model: only the gate may import this file.
 * @param fitted states of the fitted features, from the package's `features.json`.
 * @throws INVALID_INPUT if the snapshot was made with another feature set; NOT_FOUND if its blob is missing
 */
export async function readTest(
  snapshot: Snapshot,
  set: FeatureSet<never>,
  fitted: Readonly<Record<string, Json>>,
  { blobs }: { blobs: Blobs },
): Promise<Matrix> {
  checkFeatures(snapshot, set);
  const rows: GoldRow[] = [];
  for await (const row of readParts(snapshot, ['test'], blobs)) rows.push(row);
  const values = (set.fitted ?? []).map((feature) =>
    rows.map((row) => feature.apply(fitted[feature.name], inputOf(row, feature.name))),
  );
  return toMatrix(rows, set, values);
}
