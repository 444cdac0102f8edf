import { type FeatureSet, valuesOf } from '../datasets/features/feature-set.ts';
import type { Rating } from '../datasets/matrix.ts';
import type { ExpertScore } from '../datasets/records/expert-score.ts';
import type { GoldRow } from '../datasets/snapshots/snapshot.ts';
import type { Filter } from '../platform/store/store.ts';
import type { Source } from './source.ts';

/** A row before its features are computed: everything but values and inputs. */
export type RowSeed<F> = Omit<GoldRow, 'values' | 'inputs'> & {
  /** What the features are computed from. */
  subject: F;
};

/** What the rules of a product's rows may read from its declaration. */
export interface RowContext<F> {
  features: FeatureSet<F>;
  /** Ends of the scale of the target; absent for a binary target. */
  scale?: readonly [number, number];
}

/**
 * How records become rows: what the modules of `etl/rows/` offer and a product's declaration names.
 * `R` is the record that sources yield, `F` is what the features are computed from.
 */
export interface RowRules<R, F> {
  /** Identity of a record; a second record with the same id and other content is rejected. */
  idOf(record: R): string;
  /** Why a well-formed record is not accepted; the same fault has the same `reason`, so that rejects can be counted. */
  reject?(record: R, context: RowContext<F>): { reason: string; detail?: string } | undefined;
  /** Id of the row that a record belongs to; undefined if it belongs to none. Absent: each record is a row of its own. */
  rowOf?(record: R): string | undefined;
  /** The row of all its records; undefined while something is missing, such as poses without a score. */
  row(records: readonly R[]): RowSeed<F> | undefined;
  /** Where experts score: which silver documents hold their scores, and the item each one rates. */
  ratings?: { where: Filter; of(record: R): (Rating & { item: string }) | undefined };
  /** The record for a score that an expert gave on the scoring page. */
  recordOfScore?(score: ExpertScore): R;
}

/** How the row of a product is built from its records. */
export interface Gold<R> extends Pick<RowRules<R, never>, 'rowOf'> {
  features: { name: string; version: number };
  /** @throws INSUFFICIENT_QUALITY or INVALID_INPUT where the records do not allow a row */
  build(records: readonly R[]): GoldRow | undefined;
}

/** How the data of one product is ingested: derived from its declaration, run by `runEtl`. */
export interface EtlPlan<R = unknown> extends Pick<RowRules<R, never>, 'idOf' | 'ratings' | 'recordOfScore'> {
  /** Names the collections `silver_<product>`, `gold_<product>` and `rejects_<product>`. */
  product: string;
  /** Tried in order; the first that recognises the location reads it. */
  sources: readonly Source<R>[];
  reject?(record: R): { reason: string; detail?: string } | undefined;
  gold: Gold<R>;
}

/** The ETL plan of a product from its sources, the rules of its rows and its features. */
export function etlPlan<R, F>(
  declaration: { product: string; sources: readonly Source<R>[]; rows: RowRules<R, F> } & RowContext<F>,
): EtlPlan<R> {
  const { product, sources, rows, features, scale } = declaration;
  const { idOf, reject, rowOf, row, ratings, recordOfScore } = rows;
  return {
    product,
    sources,
    idOf,
    ratings,
    recordOfScore,
    ...(reject && { reject: (record) => reject(record, { features, scale }) }),
    gold: {
      features: { name: features.name, version: features.version },
      ...(rowOf && { rowOf }),
      build(records) {
        const seed = row(records);
        if (!seed) return undefined;
        const { subject, ...rest } = seed;
        const values = valuesOf(features, subject);
        const inputs = features.inputs?.(subject);
        return {
          ...rest,
          values: values.map((value) => (Number.isFinite(value) ? value : null)),
          ...(inputs && { inputs }),
        };
      },
    },
  };
}

/** The reason to reject a record whose score lies outside the scale; undefined where it lies on it or is not given. */
export function outsideScale(
  score: number | undefined,
  scale: readonly [number, number] | undefined,
): { reason: string; detail: string } | undefined {
  if (score === undefined || !scale || (score >= scale[0] && score <= scale[1])) return undefined;
  return { reason: `the score is not between ${scale[0]} and ${scale[1]}`, detail: String(score) };
}
