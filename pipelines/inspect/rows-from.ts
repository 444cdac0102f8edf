import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { StepContext, StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';
import { etlStep } from '../steps/etl.ts';

/** Rows of data that is inspected but not stored: the same ETL, into a temporary store that is deleted afterwards. */
export async function rowsFrom(
  product: Product,
  from: string,
  { platform, maxFileBytes }: Pick<StepDeps, 'platform' | 'maxFileBytes'>,
  context: StepContext,
  limit?: number,
): Promise<GoldRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'touchline-rows-'));
  const store = openSqliteStore({ path: ':memory:' });
  const blobs = openFolderBlobs({ path: folder });
  try {
    await etlStep(
      product,
      { from, limit },
      { platform: { ...platform, store, blobs }, maxFileBytes },
      context,
    );
    const rows: GoldRow[] = [];
    for await (const row of store.collection<GoldRow>(`gold_${product.name}`).all()) rows.push(row);
    return rows;
  } finally {
    await blobs.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}
