import { shotFeatures, shotSlices } from '../../datasets/features/shots.ts';
import { type Shot, type ShotSituation, shotOrder } from '../../datasets/records/shot.ts';
import { SHOT_COLUMNS, shotColumnsSchema, shotFromColumns } from '../../datasets/records/shot-columns.ts';
import { parserOf } from '../parse-record.ts';
import { type EtlPlan, goldOf } from '../plan.ts';
import { recordFiles } from '../sources/files.ts';
import { type PagedHttpOptions, pagedHttp } from '../sources/http.ts';
import { playByPlay } from '../sources/play-by-play.ts';

const fromColumns = parserOf(shotColumnsSchema, shotFromColumns);

/** Shots in three forms: play-by-play text, 22 columns in files, 22 columns page by page. One row a shot, by game. */
export function shotsPlan(http: PagedHttpOptions = {}): EtlPlan<Shot> {
  return {
    product: 'shots',
    sources: [
      pagedHttp(fromColumns, http),
      playByPlay,
      recordFiles({ columns: SHOT_COLUMNS, parse: fromColumns }),
    ],
    idOf: (shot) => shot.id,
    gold: goldOf<Shot, ShotSituation>(shotFeatures, ([shot]) => ({
      id: shot.id,
      group: shot.game,
      order: shotOrder(shot),
      target: shot.made ? 1 : 0,
      slices: shotSlices(shot),
      subject: shot.situation,
    })),
  };
}
