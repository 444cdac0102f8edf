import { shotFeatures } from '../datasets/features/shots.ts';
import { shotSituationSchema } from '../datasets/records/shot.ts';
import { shotColumnsSchema, shotFromColumns } from '../datasets/records/shot-columns.ts';
import { simulateShots } from '../datasets/simulator/shots.ts';
import { shotsPlan } from '../etl/plans/shots.ts';
import { served } from '../serving/product.ts';
import { ofMember } from './of-member.ts';
import type { Pipeline } from './pipeline.ts';
import { writeJsonLines } from './simulated-files.ts';

/** Chosen on the validation games of a real season: what shots have to say is little, and small careful steps say it. */
const BOOSTING = {
  rate: 0.03,
  depth: 4,
  rowSample: 0.6,
  columnSample: 0.5,
  minChildWeight: 30,
  lambda: 10,
};

/** Probability that a basketball shot goes in, from what is known before the ball leaves the hand. */
export const shots: Pipeline = {
  name: 'shots',
  task: 'binary',
  etl: shotsPlan(),
  features: shotFeatures,
  // Games in order of time: the model of autumn is asked about winter.
  split: { by: 'time', shares: { train: 0.7, validation: 0.15, test: 0.15 } },
  training: {
    estimators: {
      linear: {},
      boosting: BOOSTING,
      forest: { depth: 8, trees: 100 },
      neural: { rate: 0.002, seconds: 8 },
      ensemble: {
        of: 'linear,boosting',
        ...ofMember('boosting', BOOSTING),
      },
      xgboost: BOOSTING,
      lightgbm: BOOSTING,
    },
    primary: 'logLoss',
    metrics: ['logLoss', 'brier', 'rocAuc', 'accuracy', 'f1', 'ece'],
    raters: false,
  },
  gate: { loss: 'log-loss', tie: 0.001, maxEce: 0.03, maxLatencyMs: 25, maxBytes: 50 * 2 ** 20 },
  monitors: { retrain: true, cron: '0 * * * *' },
  serving: served({
    name: 'shots',
    title: 'Shots',
    description: 'Probability that a basketball shot goes in.',
    task: 'binary',
    path: '/v1/shots/predict',
    input: shotSituationSchema,
    toRecord: (situation) => situation,
    features: shotFeatures,
    example: {
      player: 'player-12',
      period: 4,
      seconds: 95,
      distance: 7.4,
      shotType: 3,
      margin: -2,
      home: true,
    },
  }),
  simulatedItems: (seed) =>
    simulateShots({ games: 2, shotsPerGame: 100, seed }).rows.map(
      (row) => shotFromColumns(shotColumnsSchema.parse(row)).situation,
    ),
  async simulate(folder, seed) {
    const { rows } = simulateShots({ games: 120, shotsPerGame: 100, seed });
    await writeJsonLines(folder, 'shots.jsonl', rows);
  },
};
