import type { FeatureSet } from '../datasets/features/feature-set.ts';
import type { Rating } from '../datasets/matrix.ts';
import type { GoldRow } from '../datasets/snapshots/snapshot.ts';
import type { Filter } from '../platform/store/store.ts';
import type { Source } from './source.ts';

/** How records become rows. Made by `goldOf`. */
export interface Gold<R> {
  features: { name: string; version: number };
  /** The row that a record belongs to; undefined: to none. Absent: each record is a row of its own. */
  rowOf?(record: R): string | undefined;
  /**
   * The row of all its records, its id being that of the record or of `rowOf`; undefined while something is missing (poses without a score, a score without poses).
   * @throws INSUFFICIENT_QUALITY where nothing can be said
   */
  build(records: readonly R[]): GoldRow | undefined;
}

/** How data of one product is taken in: declared by its pipeline, run by `runEtl`. */
export interface EtlPlan<R = unknown> {
  /** Names the collections `silver_<product>`, `gold_<product>` and `rejects_<product>`. */
  product: string;
  /** Tried in order; the first that recognises the location reads it. */
  sources: readonly Source<R>[];
  /** What makes a record the same record; a second one with other content is a reject. */
  idOf(record: R): string;
  /** Quality rules: why a record that is well formed is not accepted, `reason` in the same words for the same fault. */
  refuse?(record: R): { reason: string; detail?: string } | undefined;
  gold: Gold<R>;
  /** Where experts score: which documents of silver hold their scores, and of what. */
  ratings?: { where: Filter; of(record: R): (Rating & { item: string }) | undefined };
}

/** A row before its features are computed: everything but values and inputs. */
export type RowSeed<F> = Omit<GoldRow, 'values' | 'inputs'> & {
  /** What the features are computed of. */
  subject: F;
};

/**
 * Rows by a feature set.
 * @param row the row of one record, or of all records of a row where `rowOf` joins several; undefined: not complete.
 */
export function goldOf<R, F>(
  featureSet: FeatureSet<F>,
  row: (records: readonly R[]) => RowSeed<F> | undefined,
  rowOf?: (record: R) => string | undefined,
): Gold<R> {
  return {
    features: { name: featureSet.name, version: featureSet.version },
    ...(rowOf && { rowOf }),
    build(records) {
      const seed = row(records);
      if (!seed) return undefined;
      const { subject, ...rest } = seed;
      const inputs = featureSet.inputs?.(subject);
      return {
        ...rest,
        values: featureSet.extract(subject).map((value) => (Number.isFinite(value) ? value : null)),
        ...(inputs && { inputs }),
      };
    },
  };
}
