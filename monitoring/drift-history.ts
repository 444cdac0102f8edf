import type { BlobHash } from '../platform/blobs/blobs.ts';
import type { Collection, Document, Store } from '../platform/store/store.ts';
import type { DriftReport } from './drift-report.ts';

/** One drift check of a product, as it is kept. */
export interface DriftCheck extends Document {
  product: string;
  /** ISO date. */
  at: string;
  verdict: DriftReport['verdict'];
  reason: string;
  share: number;
  columns: DriftReport['columns'];
  /** Champion whose reference it was compared with. */
  version: number | null;
  /** The report as a page. */
  page: BlobHash;
}

function checks(store: Store): Collection<DriftCheck> {
  return store.collection<DriftCheck>('drift_checks', { indexes: [['product', 'at']] });
}

/** Keeps a check; one a product and moment. */
export async function keepDriftCheck(
  store: Store,
  {
    product,
    at,
    version,
    page,
    report,
  }: Pick<DriftCheck, 'product' | 'at' | 'version' | 'page'> & { report: DriftReport },
): Promise<DriftCheck> {
  const { verdict, reason, share, columns } = report;
  const check = { id: `${product}/${at}`, product, at, verdict, reason, share, columns, version, page };
  await checks(store).put(check);
  return check;
}

/** The last check of a product; undefined where there was none. */
export async function latestDriftCheck(store: Store, product: string): Promise<DriftCheck | undefined> {
  const page = await checks(store).find({ product }, { sort: 'at', descending: true, limit: 1 });
  return page.items[0];
}
