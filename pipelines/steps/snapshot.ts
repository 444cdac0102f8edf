import { createSnapshot } from '../../datasets/snapshots/create-snapshot.ts';
import type { GoldRow, Snapshot } from '../../datasets/snapshots/snapshot.ts';
import { acceptRecords } from '../../etl/accept-records.ts';
import type { Stored } from '../../platform/store/store.ts';
import { postedScores } from '../../serving/scoring/scores.ts';
import type { StepDeps } from '../deps.ts';
import type { Pipeline } from '../pipeline.ts';

/** Freezes what is in gold. The same rows give the snapshot that is already there. */
export async function snapshotStep(
  pipeline: Pipeline,
  { platform }: Pick<StepDeps, 'platform'>,
): Promise<Snapshot> {
  const { store, blobs } = platform;
  if (pipeline.recordOf) await takeInScores(pipeline, pipeline.recordOf, platform);
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

/** Scores given on the page enter by the same door as those of a file. */
async function takeInScores(
  { name, etl }: Pipeline,
  recordOf: NonNullable<Pipeline['recordOf']>,
  { store, blobs }: StepDeps['platform'],
): Promise<void> {
  const records: unknown[] = [];
  for await (const score of postedScores(store, name)) records.push(recordOf(score));
  if (records.length > 0) await acceptRecords(etl, records, 'scoring page', { store, blobs });
}
