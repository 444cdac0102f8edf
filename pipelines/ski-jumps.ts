import { skiJumpFeatures } from '../datasets/features/ski-jumps.ts';
import { poseSequenceSchema } from '../datasets/records/pose-sequence.ts';
import { scoredActionsPlan } from '../etl/plans/scored-actions.ts';
import { skiJumps as skiJumpFolder } from '../etl/sources/ski-jumps.ts';
import { served } from '../serving/product.ts';
import type { Pipeline } from './pipeline.ts';

/** Style of a ski jump as five judges mark it, halved to 0–10: a real panel, and too few jumps to learn from. */
export const skiJumps: Pipeline = {
  name: 'ski-jumps',
  task: 'regression',
  scale: [0, 10],
  etl: scoredActionsPlan({
    product: 'ski-jumps',
    sources: [skiJumpFolder],
    featureSet: skiJumpFeatures,
    subjectOf: (action) => action.poses,
  }),
  features: skiJumpFeatures,
  split: { by: 'group', shares: { train: 0.5, validation: 0.2, test: 0.3 } },
  training: {
    estimators: { linear: {}, forest: {} },
    primary: 'mae',
    metrics: ['r2', 'mae', 'rmse', 'spearman', 'agreement'],
    raters: true,
  },
  gate: { loss: 'absolute error (points)', tie: 0.02, minRows: 5, minGroups: 4, maxLatencyMs: 25 },
  monitors: { retrain: false, cron: '45 3 * * *' },
  serving: served({
    name: 'ski-jumps',
    title: 'Ski jumps',
    description: 'Style of a ski jump from 0 to 10.',
    task: 'regression',
    path: '/v1/ski-jumps/score',
    scale: [0, 10],
    input: poseSequenceSchema,
    toRecord: (poses) => poses,
    windowDays: 30,
    features: skiJumpFeatures,
    example: { features: Object.fromEntries(skiJumpFeatures.columns.map(({ name }) => [name, null])) },
  }),
};
