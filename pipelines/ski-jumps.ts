import { skiJumpFeatures } from '../datasets/features/ski-jumps.ts';
import { poseSequenceSchema } from '../datasets/records/pose-sequence.ts';
import { scoredActionRows } from '../etl/rows/scored-actions.ts';
import { skiJumps as skiJumpFolder } from '../etl/sources/ski-jumps.ts';
import { defineProduct } from './define-product.ts';

/** Style of a ski jump as marked by five judges, halved to 0–10: a real panel, with too few jumps to learn from. */
export const skiJumps = defineProduct({
  name: 'ski-jumps',
  description: 'Style of a ski jump from 0 to 10.',
  task: 'regression',
  scale: [0, 10],
  sources: [skiJumpFolder],
  rows: scoredActionRows((action) => action.poses),
  features: skiJumpFeatures,
  split: { by: 'group', shares: { train: 0.5, validation: 0.2, test: 0.3 } },
  estimators: { linear: {}, forest: {} },
  gate: { loss: 'absolute error (points)', minRows: 5, minGroups: 4 },
  monitors: { retrain: false, cron: '45 3 * * *' },
  serving: {
    input: poseSequenceSchema,
    example: { features: Object.fromEntries(skiJumpFeatures.columns.map(({ name }) => [name, null])) },
    windowDays: 30,
  },
});
