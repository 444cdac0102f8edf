import { shotFeatures } from '../datasets/features/shots.ts';
import { shotSituationSchema } from '../datasets/records/shot.ts';
import { SHOT_COLUMNS, shotColumnsSchema, shotFromColumns } from '../datasets/records/shot-columns.ts';
import { simulateShots } from '../datasets/simulator/shots.ts';
import { asShot, shotRows } from '../etl/rows/shots.ts';
import { recordFiles } from '../etl/sources/files.ts';
import { pagedHttp } from '../etl/sources/http.ts';
import { playByPlay } from '../etl/sources/play-by-play.ts';
import { defineProduct } from './define-product.ts';
import { memberParams } from './member-params.ts';
import { writeJsonLines } from './write-json-lines.ts';

/** Chosen on the validation games of a real season: shots carry little signal, and small, regularised steps find it. */
const BOOSTING = {
  rate: 0.03,
  depth: 4,
  rowSample: 0.6,
  columnSample: 0.5,
  minChildWeight: 30,
  lambda: 10,
};

/** Probability that a basketball shot goes in, from what is known before the ball leaves the hand. */
export const shots = defineProduct({
  name: 'shots',
  description: 'Probability that a basketball shot goes in.',
  task: 'binary',
  // Three forms: 22 columns page by page over HTTP, play-by-play text, and 22 columns in files.
  sources: [pagedHttp(asShot), playByPlay, recordFiles({ columns: SHOT_COLUMNS, parse: asShot })],
  rows: shotRows,
  features: shotFeatures,
  // Games in order of time: a model trained on the autumn is tested on the winter.
  split: { by: 'time', shares: { train: 0.7, validation: 0.15, test: 0.15 } },
  estimators: {
    linear: {},
    boosting: BOOSTING,
    forest: { depth: 8, trees: 100 },
    neural: { rate: 0.002, seconds: 8 },
    ensemble: { of: 'linear,boosting', ...memberParams('boosting', BOOSTING) },
    xgboost: BOOSTING,
    lightgbm: BOOSTING,
  },
  gate: { maxEce: 0.03, maxBytes: 50 * 2 ** 20 },
  serving: {
    input: shotSituationSchema,
    example: {
      player: 'player-12',
      period: 4,
      seconds: 95,
      distance: 7.4,
      shotType: 3,
      margin: -2,
      home: true,
    },
  },
  simulatedItems: (seed) =>
    simulateShots({ games: 2, shotsPerGame: 100, seed }).rows.map(
      (row) => shotFromColumns(shotColumnsSchema.parse(row)).situation,
    ),
  async simulate(folder, seed) {
    const { rows } = simulateShots({ games: 120, shotsPerGame: 100, seed });
    await writeJsonLines(folder, 'shots.jsonl', rows);
  },
});
