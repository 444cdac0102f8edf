import { createSnapshot } from '../../datasets/snapshots/create-snapshot.ts';
import type { GoldRow, Snapshot } from '../../datasets/snapshots/snapshot.ts';
import type { Stored } from '../../platform/store/store.ts';
import type { StepDeps } from '../deps.ts';
import type { Pipeline } from '../pipeline.ts';

/** Freezes what is in gold. The same rows give the snapshot that is already there. */
export async function snapshotStep(
  pipeline: Pipeline,
  { platform }: Pick<StepDeps, 'platform'>,
): Promise<Snapshot> {
  const { store, blobs } = platform;
  const gold = store.collection<GoldRow>(`gold_${pipeline.name}`);
  return createSnapshot(
    {
      product: pipeline.name,
      features: pipeline.features,
      split: pipeline.split,
      rules: pipeline.quality,
      rows: gold.all() as AsyncIterable<Stored<GoldRow>>,
    },
    { store, blobs },
  );
}
