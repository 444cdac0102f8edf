import { createSnapshot } from '../../datasets/snapshots/create-snapshot.ts';
import type { GoldRow, Snapshot } from '../../datasets/snapshots/snapshot.ts';
import { acceptRecords } from '../../etl/accept-records.ts';
import type { EtlPlan } from '../../etl/plan.ts';
import type { Stored } from '../../platform/store/store.ts';
import { postedScores } from '../../serving/scoring/scores.ts';
import type { StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';

/** Freezes the rows in gold. The same rows return the existing snapshot. */
export async function snapshotStep(
  product: Product,
  { platform }: Pick<StepDeps, 'platform'>,
): Promise<Snapshot> {
  const { store, blobs } = platform;
  if (product.serving.scoring) await ingestScores(product.etl, platform);
  const gold = store.collection<GoldRow>(`gold_${product.name}`);
  return createSnapshot(
    {
      product: product.name,
      features: product.features,
      split: product.split,
      rules: product.quality,
      rows: gold.all() as AsyncIterable<Stored<GoldRow>>,
    },
    { store, blobs },
  );
}

/** Scores that were given on the page go through the same ETL as those of a file. */
async function ingestScores(etl: EtlPlan, { store, blobs }: StepDeps['platform']): Promise<void> {
  if (!etl.recordOfScore) return;
  const records: unknown[] = [];
  for await (const score of postedScores(store, etl.product)) records.push(etl.recordOfScore(score));
  if (records.length > 0) await acceptRecords(etl, records, 'scoring page', { store, blobs });
}
