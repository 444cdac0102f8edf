import { biomechanicsFeatures } from '../datasets/features/biomechanics.ts';
import { actionSchema } from '../datasets/records/action.ts';
import { simulateClips } from '../datasets/simulator/clips.ts';
import { scoredActionsPlan } from '../etl/plans/scored-actions.ts';
import { scoredActions } from '../etl/sources/scored-actions.ts';
import { adviceFor } from '../models/rules/advice.ts';
import { rulesModel, scoreByRules } from '../models/rules/biomechanics.ts';
import { SCORE_BOUNDS } from '../monitoring/score-bounds.ts';
import type { Json } from '../platform/store/store.ts';
import { served } from '../serving/product.ts';
import { actionScoring } from '../serving/scoring/action-clips.ts';
import { ofMember } from './of-member.ts';
import type { Pipeline } from './pipeline.ts';
import { writeJsonLines } from './simulated-files.ts';

const SIMULATED = { clips: 600, athletes: 150, experts: 8 };

/** What is posted to be scored: an action without the names that only training needs. */
const input = actionSchema.pick({ type: true, side: true, context: true, poses: true });

/** Chosen on validation athletes: small trees that see a few of the many columns that say the same. */
const BOOSTING = { depth: 3, rate: 0.05, columnSample: 0.4 };

/** Score 0–10 of a football action from its poses, learnt from a panel of experts. */
export const biomechanics: Pipeline = {
  name: 'biomechanics',
  task: 'regression',
  scale: [0, 10],
  etl: scoredActionsPlan({
    product: 'biomechanics',
    sources: [scoredActions],
    featureSet: biomechanicsFeatures,
    subjectOf: (action) => action,
  }),
  features: biomechanicsFeatures,
  split: { by: 'group', shares: { train: 0.6, validation: 0.2, test: 0.2 } },
  training: {
    estimators: {
      linear: {},
      boosting: BOOSTING,
      forest: {},
      neural: {},
      // The forest gets no weight beside these, and its folds cost as much as all of theirs.
      ensemble: { of: 'linear,boosting,neural', ...ofMember('boosting', BOOSTING) },
      xgboost: BOOSTING,
      lightgbm: BOOSTING,
    },
    primary: 'mae',
    metrics: ['r2', 'mae', 'rmse', 'spearman', 'agreement'],
    raters: true,
    intervalColumn: 'action_type',
  },
  gate: { loss: 'absolute error (points)', tie: 0.02, maxLatencyMs: 25, maxBytes: 50 * 2 ** 20 },
  baseline: rulesModel,
  monitors: {
    scorer: SCORE_BOUNDS,
    retrain: true,
    cron: '15 * * * *',
  },
  serving: served({
    name: 'biomechanics',
    title: 'Biomechanics',
    description: 'Score of a movement from 0 to 10, with reasons.',
    task: 'regression',
    path: '/v1/biomechanics/score',
    scale: [0, 10],
    input,
    toRecord: (action) => action,
    features: biomechanicsFeatures,
    example: postedActions(1, 7)[0],
    rules: {
      judge: scoreByRules,
      advise: adviceFor,
    },
    scoring: actionScoring('biomechanics'),
  }),
  simulatedItems: (seed) => postedActions(100, seed),
  recordOf: (score) => ({ kind: 'score', score }),
  async simulate(folder, seed) {
    const { actions, scores } = simulateClips({ ...SIMULATED, seed });
    await writeJsonLines(folder, 'actions.jsonl', actions);
    await writeJsonLines(folder, 'scores.jsonl', scores);
  },
};

/** Actions as callers post them: JSON, without what is undefined. */
function postedActions(clips: number, seed: number): Json[] {
  const { actions } = simulateClips({ clips, athletes: clips, experts: 1, seed });
  return actions.map(({ type, side, context, poses }) =>
    JSON.parse(JSON.stringify({ type, side, context, poses })),
  );
}
