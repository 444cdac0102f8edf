import { squatFeatures } from '../datasets/features/squats.ts';
import { signalsSchema } from '../datasets/records/named-signals.ts';
import { scoredSignalRows } from '../etl/rows/scored-signals.ts';
import { squats as squatFolder } from '../etl/sources/squats.ts';
import { defineProduct } from './define-product.ts';
import { memberParams } from './member-params.ts';

const BOOSTING = { depth: 3, rate: 0.05 };

/** Quality of a squat on its source's scale of 0.5–1: an example of named signals instead of poses. */
export const squats = defineProduct({
  name: 'squats',
  description: 'Quality of a squat repetition from 0.5 to 1.',
  task: 'regression',
  scale: [0.5, 1],
  sources: [squatFolder],
  rows: scoredSignalRows,
  features: squatFeatures,
  // The hash of the names of the source's ten people puts 5, 2 and 3 of them into these parts.
  split: { by: 'group', shares: { train: 0.5, validation: 0.12, test: 0.38 } },
  estimators: {
    linear: {},
    forest: {},
    boosting: BOOSTING,
    ensemble: memberParams('boosting', BOOSTING),
    xgboost: BOOSTING,
    lightgbm: { ...BOOSTING, minLeafRows: 5 },
  },
  // The test part has three people; the wide interval of the comparison shows how few that is.
  gate: { minGroups: 3 },
  monitors: { retrain: false, cron: '30 3 * * *' },
  serving: {
    input: signalsSchema,
    toRecord: (input) => ({ ...input, id: 'input', athlete: 'input', movement: 'squat', tags: {} }),
    example: exampleSquat(),
    windowDays: 30,
  },
});

/** A smooth repetition, down and up again. */
function exampleSquat() {
  const frames = Array.from({ length: 60 }, (_, f) => {
    const depth = Math.sin((Math.PI * f) / 59);
    return [0.3 - 0.8 * depth, -0.2 + 0.4 * depth, 0.4 - 0.5 * depth, 0.05 + 0.3 * depth];
  });
  return { names: ['latent_1', 'latent_2', 'latent_3', 'latent_4'], frames };
}
