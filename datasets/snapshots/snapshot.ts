import type { FittedInputs } from '../features/feature-set.ts';
import type { FeatureColumn, Rating } from '../matrix.ts';

export type Part = 'train' | 'validation' | 'test';

/** One row as etl stores it in gold and as a snapshot freezes it. */
export interface GoldRow {
  id: string;
  /** Athlete, video or game. */
  group: string;
  /** Sorts in time: an ISO date or a zero-padded number. */
  order: string;
  /** Given score (the mean of the panel) or 0/1 outcome. */
  target: number;
  /** Plain feature values; null if unknown. */
  values: (number | null)[];
  /** Inputs of the fitted features. */
  inputs?: FittedInputs;
  slices: Record<string, string>;
  ratings?: Rating[];
}

/** How the rows of a product are split. A group is never in two parts. */
export type SplitRule =
  /** By a hash of the group's name, so that a group stays in its part in all later snapshots. Shares add up to 1. */
  | { by: 'group'; shares: Readonly<Record<Part, number>> }
  /** By time: the first share of the groups is `train`, the next one `validation`, the rest `test`. */
  | { by: 'time'; shares: Readonly<Record<Part, number>> };

/** The description of a snapshot without its rows. */
export interface Snapshot {
  /** `<product>-<first 12 of hash>`. */
  id: string;
  /** Hash of rows, split, rules and feature columns; `createdAt` is not part of it. */
  hash: string;
  product: string;
  features: { name: string; version: number; columns: readonly FeatureColumn[] };
  split: SplitRule;
  rows: number;
  groups: number;
  splits: Record<Part, { rows: number; groups: number }>;
  /** Findings of the quality rules, such as the share of missing values by column. */
  quality: { rule: string; passed: boolean; detail: string }[];
  /** Blob of the rows: gzipped JSON lines with the `part` of each row. */
  blob: string;
  createdAt: string;
}
