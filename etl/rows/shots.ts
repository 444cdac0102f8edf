import { shotSlices } from '../../datasets/features/shots.ts';
import { type Shot, type ShotSituation, shotOrder } from '../../datasets/records/shot.ts';
import { shotColumnsSchema, shotFromColumns } from '../../datasets/records/shot-columns.ts';
import { parserOf } from '../parse-record.ts';
import type { RowRules } from '../plan.ts';

/** A shot from the values of the 22 columns. */
export const asShot = parserOf(shotColumnsSchema, shotFromColumns);

/** One row per shot, grouped by game; the target is whether it went in. */
export const shotRows: RowRules<Shot, ShotSituation> = {
  idOf: (shot) => shot.id,
  row: ([shot]) => ({
    id: shot.id,
    group: shot.game,
    order: shotOrder(shot),
    target: shot.made ? 1 : 0,
    slices: shotSlices(shot),
    subject: shot.situation,
  }),
};
