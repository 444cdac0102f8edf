import { actionFeatures } from '../datasets/features/biomechanics.ts';
import { type ActionType, postedActionSchema } from '../datasets/records/action.ts';
import { simulateClips } from '../datasets/simulator/clips.ts';
import { scoredActionRows } from '../etl/rows/scored-actions.ts';
import { scoredActions } from '../etl/sources/scored-actions.ts';
import { adviceFor } from '../models/rules/advice.ts';
import { rulesModel, scoreByRules } from '../models/rules/biomechanics.ts';
import { SCORE_BOUNDS } from '../monitoring/score-bounds.ts';
import type { Json } from '../platform/store/store.ts';
import { actionScoring } from '../serving/scoring/action-clips.ts';
import { defineProduct } from './define-product.ts';
import { memberParams } from './member-params.ts';
import { writeJsonLines } from './write-json-lines.ts';

/** The code of an action type is its position in this list: append only. */
export const ACTION_TYPES: readonly ActionType[] = [
  { name: 'shot', label: 'Shot', strike: true },
  { name: 'pass', label: 'Pass', strike: true },
  { name: 'dribble', label: 'Dribble', strike: true },
  { name: 'control', label: 'Ball control', strike: true },
  { name: 'squat', label: 'Squat' },
  { name: 'jump', label: 'Jump' },
];

export const biomechanicsFeatures = actionFeatures('biomechanics', ACTION_TYPES);

const SIMULATED = { clips: 600, athletes: 150, experts: 8 };

/** Chosen on the validation athletes: small trees that see a few of the many redundant columns. */
const BOOSTING = { depth: 3, rate: 0.05, columnSample: 0.4 };

/** Score from 0 to 10 of a football action from its poses, learnt from a panel of experts. */
export const biomechanics = defineProduct({
  name: 'biomechanics',
  description: 'Score of a movement from 0 to 10, with reasons.',
  task: 'regression',
  scale: [0, 10],
  sources: [scoredActions(ACTION_TYPES)],
  rows: scoredActionRows((action) => action),
  features: biomechanicsFeatures,
  estimators: {
    linear: {},
    boosting: BOOSTING,
    forest: {},
    neural: {},
    // Next to these the forest would get no weight, and its folds cost as much as all of theirs.
    ensemble: { of: 'linear,boosting,neural', ...memberParams('boosting', BOOSTING) },
    xgboost: BOOSTING,
    lightgbm: BOOSTING,
  },
  intervalColumn: 'action_type',
  gate: { loss: 'absolute error (points)', maxBytes: 50 * 2 ** 20 },
  baseline: rulesModel,
  monitors: { scoreBounds: SCORE_BOUNDS, cron: '15 * * * *' },
  serving: {
    input: postedActionSchema(ACTION_TYPES),
    example: postedActions(1, 7)[0],
    rules: { judge: scoreByRules, advise: adviceFor },
    scoring: actionScoring(ACTION_TYPES),
  },
  simulatedItems: (seed) => postedActions(100, seed),
  async simulate(folder, seed) {
    const { actions, scores } = simulateClips({ ...SIMULATED, seed });
    await writeJsonLines(folder, 'actions.jsonl', actions);
    await writeJsonLines(folder, 'scores.jsonl', scores);
  },
});

/** Actions as callers post them: JSON without undefined fields. */
function postedActions(clips: number, seed: number): Json[] {
  const { actions } = simulateClips({ clips, athletes: clips, experts: 1, seed });
  return actions.map(({ type, side, context, poses }) =>
    JSON.parse(JSON.stringify({ type, side, context, poses })),
  );
}
