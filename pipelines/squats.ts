import { squatFeatures } from '../datasets/features/squats.ts';
import { signalsSchema } from '../datasets/records/named-signals.ts';
import { scoredSignalsPlan } from '../etl/plans/scored-signals.ts';
import { squats as squatFolder } from '../etl/sources/squats.ts';
import { served } from '../serving/product.ts';
import { ofMember } from './of-member.ts';
import type { Pipeline } from './pipeline.ts';

const BOOSTING = { depth: 3, rate: 0.05 };

/** Quality of a squat on its source's scale of 0.5–1: what an action type of one's own looks like. */
export const squats: Pipeline = {
  name: 'squats',
  task: 'regression',
  scale: [0.5, 1],
  etl: scoredSignalsPlan({
    product: 'squats',
    sources: [squatFolder],
    featureSet: squatFeatures,
    scale: [0.5, 1],
  }),
  features: squatFeatures,
  // Of the source's ten people the hash of their names puts 5, 2 and 3 into these parts.
  split: { by: 'group', shares: { train: 0.5, validation: 0.12, test: 0.38 } },
  training: {
    estimators: {
      linear: {},
      forest: {},
      boosting: BOOSTING,
      ensemble: ofMember('boosting', BOOSTING),
      xgboost: BOOSTING,
      lightgbm: { ...BOOSTING, minLeafRows: 5 },
    },
    primary: 'mae',
    metrics: ['r2', 'mae', 'rmse', 'spearman', 'agreement'],
    raters: false,
  },
  // Three people decide, and the interval says how little that is.
  gate: { loss: 'absolute error', tie: 0.001, minGroups: 3, maxLatencyMs: 25 },
  monitors: { retrain: false, cron: '30 3 * * *' },
  serving: served({
    name: 'squats',
    title: 'Squats',
    description: 'Quality of a squat repetition from 0.5 to 1.',
    task: 'regression',
    path: '/v1/squats/score',
    scale: [0.5, 1],
    input: signalsSchema,
    toRecord: (input) => ({ ...input, id: 'input', athlete: 'input', movement: 'squat', tags: {} }),
    windowDays: 30,
    features: squatFeatures,
    example: exampleSquat(),
  }),
};

/** A smooth repetition, down and up again. */
function exampleSquat() {
  const frames = Array.from({ length: 60 }, (_, f) => {
    const depth = Math.sin((Math.PI * f) / 59);
    return [0.3 - 0.8 * depth, -0.2 + 0.4 * depth, 0.4 - 0.5 * depth, 0.05 + 0.3 * depth];
  });
  return { names: ['latent_1', 'latent_2', 'latent_3', 'latent_4'], frames };
}
