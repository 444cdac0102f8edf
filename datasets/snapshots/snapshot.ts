import type { FittedInputs } from '../features/feature-set.ts';
import type { FeatureColumn, Rating } from '../matrix.ts';

export type Part = 'train' | 'validation' | 'test';

/** One row as etl leaves it in gold and as a snapshot freezes it. */
export interface GoldRow {
  id: string;
  /** Athlete, video or game. */
  group: string;
  /** Sorts in time: an ISO date or a zero-padded number. */
  order: string;
  /** Given score (panel's mean) or 0/1 outcome. */
  target: number;
  /** Plain feature values; null where not known. */
  values: (number | null)[];
  /** What fitted features read. */
  inputs?: FittedInputs;
  slices: Record<string, string>;
  ratings?: Rating[];
}

/** How a product is cut. Groups never lie on both sides. */
export type SplitRule =
  /** By a hash of the group's name: a group stays where it is over all later snapshots. Shares add up to 1. */
  | { by: 'group'; shares: Readonly<Record<Part, number>> }
  /** Groups in order of time: the first `train` share of them, then `validation`, the rest `test`. */
  | { by: 'time'; shares: Readonly<Record<Part, number>> };

/** What is known of a snapshot without reading its rows. */
export interface Snapshot {
  /** `<product>-<first 12 of hash>`. */
  id: string;
  /** Of everything but `createdAt`: rows, split and feature columns. */
  hash: string;
  product: string;
  features: { name: string; version: number; columns: readonly FeatureColumn[] };
  split: SplitRule;
  rows: number;
  groups: number;
  splits: Record<Part, { rows: number; groups: number }>;
  /** Findings of the quality rules, such as missing share by column. */
  quality: { rule: string; passed: boolean; detail: string }[];
  /** Blob of the rows, JSON lines with `part` added, gzipped. */
  blob: string;
  createdAt: string;
}
