import type { NamedSignals } from '../../datasets/records/named-signals.ts';
import { outsideScale, type RowRules } from '../plan.ts';

/** Rows of movements that are recorded as named signals and come with their score: one row per movement, by athlete. */
export const scoredSignalRows: RowRules<NamedSignals, NamedSignals> = {
  idOf: (record) => record.id,
  reject: ({ score }, { scale }) => outsideScale(score, scale),
  row: ([record]) =>
    record.score === undefined
      ? undefined
      : {
          id: record.id,
          group: record.athlete,
          order: record.id,
          target: record.score,
          slices: record.tags,
          subject: record,
        },
};
