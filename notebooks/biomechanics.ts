// %% [markdown]
// # Biomechanics: angles, scores and expert agreement
//
// How experts score actions, what can be measured in the same clips, and how well the experts agree. No scores from real
// football experts are available, so the clips and the panel are simulated. The simulator's ground truth is known, so the
// platform's estimates can be checked against it. Athletes of the test part are excluded, because the gate uses them.

// %%
import { takeRows } from '../datasets/matrix.ts';
import { computeAngles } from '../datasets/poses/angles.ts';
import { smooth } from '../datasets/poses/series.ts';
import { toTracks } from '../datasets/poses/tracks.ts';
import { simulateClips } from '../datasets/simulator/clips.ts';
import { SIMULATED_ACTIONS, TECHNIQUE } from '../datasets/simulator/technique.ts';
import { splitGroups } from '../datasets/snapshots/split.ts';
import { toMatrix } from '../datasets/snapshots/to-matrix.ts';
import type { ScoredRecord } from '../etl/scored-record.ts';
import { rulesModel } from '../models/rules/biomechanics.ts';
import { ACTION_TYPES, biomechanics, biomechanicsFeatures } from '../pipelines/biomechanics.ts';
import { writeJsonLines } from '../pipelines/write-json-lines.ts';
import { equalEdges } from '../statistics/bins.ts';
import { bootstrapInterval, metricInterval } from '../statistics/bootstrap.ts';
import { spearman } from '../statistics/correlation.ts';
import { METRICS } from '../statistics/metrics.ts';
import { type Estimator, noLog, type Params } from '../training/estimator.ts';
import { boosting } from '../training/estimators/boosting/boosting.ts';
import { linear } from '../training/estimators/linear/linear.ts';
import { groupFolds, outOfFold } from '../training/out-of-fold.ts';
import { fitRaterModel } from '../training/rater-model.ts';
import { finding, show } from './notebook.ts';
import { barChart, densityChart, lineChart, scatterChart } from './support/charts.ts';
import { columnOf, ingest, sourceNote } from './support/data.ts';
import { deviation, mean, tablePanel, withEnds } from './support/tables.ts';

const labelOf = (type: string) => ACTION_TYPES.find(({ name }) => name === type)!.label;

const SEED = 1;
const simulated = simulateClips({ clips: 400, athletes: 40, experts: 8, seed: SEED });
const ingested = await ingest<ScoredRecord>(biomechanics, {
  async simulate(folder) {
    await writeJsonLines(folder, 'actions.jsonl', simulated.actions);
    await writeJsonLines(folder, 'scores.jsonl', simulated.scores);
  },
});
show(sourceNote('', ingested));

const parts = splitGroups(ingested.rows, biomechanics.split);
const rows = ingested.rows.filter((row) => parts.get(row.group) !== 'test');
const score = rows.map((row) => row.target);
const athletes = rows.map((row) => row.group);

// %% [markdown]
// ## Scores by action type
//
// Mean panel scores from 0 to 10, with 95 % bootstrap intervals over athletes.

// %%
const byType = SIMULATED_ACTIONS.map((type) => {
  const own = rows.filter((row) => row.slices.action === type);
  const interval = bootstrapInterval({
    groups: own.map((row) => row.group),
    seed: SEED,
    statistic: (weights) =>
      own.reduce((sum, row, i) => sum + weights[i] * row.target, 0) / weights.reduce((sum, w) => sum + w, 0),
  });
  return { name: labelOf(type), scores: own.map((row) => row.target), ...interval };
});
show(
  densityChart({
    title: 'Scores by action type',
    x: 'mean panel score',
    edges: equalEdges(0, 10, 10),
    groups: byType.map(({ name, scores }) => ({ name, values: scores })),
  }),
  barChart({ title: 'Mean score by action type', x: 'points', bars: byType }),
  tablePanel(
    'Scores by action type',
    ['action', 'clips', 'mean', 'std', 'lowest', 'highest'],
    byType.map(({ name, scores }) => [
      name,
      scores.length,
      ...[mean(scores), deviation(scores), Math.min(...scores), Math.max(...scores)].map((x) => x.toFixed(2)),
    ]),
  ),
);
finding(
  Math.min(...byType.map(({ scores }) => deviation(scores))) > 1,
  'Within every action type, the standard deviation of the scores exceeds one point, so there is more to learn than the type.',
);

// %% [markdown]
// ## The best and the worst shot
//
// Knee and hip angles of the kicking leg, frame by frame, in the shots with the highest and the lowest panel score.

// %%
const actions = new Map(
  ingested.records.flatMap((record) => (record.kind === 'action' ? [[record.action.id, record.action]] : [])),
);
const shotRows = rows.filter((row) => row.slices.action === 'shot').sort((a, b) => b.target - a.target);
const compared = [
  { name: 'best', row: shotRows[0] },
  { name: 'worst', row: shotRows[shotRows.length - 1] },
].map(({ name, row }) => {
  const action = actions.get(row.id)!;
  const tracks = toTracks(action.poses);
  const angles = computeAngles(tracks);
  const range = (side: 'left' | 'right') =>
    Math.max(...angles[`${side}_hip`]) - Math.min(...angles[`${side}_hip`]);
  const side = range('left') > range('right') ? 'left' : 'right';
  const series = (joint: 'knee' | 'hip') =>
    Array.from(
      smooth(angles[`${side}_${joint}`], tracks.fps),
      (angle, f) => [f / tracks.fps, angle] as const,
    );
  return { name: `${name} (${row.target.toFixed(1)})`, knee: series('knee'), hip: series('hip') };
});
show(
  ...(['knee', 'hip'] as const).map((joint) =>
    lineChart({
      title: `${joint === 'knee' ? 'Knee' : 'Hip'} angle of the kicking leg`,
      x: 'seconds',
      y: 'degrees',
      lines: compared.map((one) => ({ name: one.name, points: one[joint] })),
    }),
  ),
);

// %% [markdown]
// ## Features and scores
//
// Spearman correlation of every feature with the mean panel score, over all action types.

// %%
const correlations = biomechanicsFeatures.columns
  .filter(({ kind, name }) => kind === 'numeric' && !name.startsWith('is_'))
  .map(({ name, description }) => {
    const values = columnOf(biomechanics, rows, name);
    const seen = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
    const x = seen.map((i) => values[i]);
    const y = seen.map((i) => score[i]);
    return { name, description, x, y, groups: seen.map((i) => athletes[i]), rho: spearman(x, y) };
  })
  .filter(({ rho }) => !Number.isNaN(rho))
  .sort((a, b) => Math.abs(b.rho) - Math.abs(a.rho));
const strongest = correlations.slice(0, 14).map((one) => ({
  ...one,
  ...metricInterval({
    metric: METRICS.spearman,
    actual: one.y,
    predicted: one.x,
    groups: one.groups,
    samples: 300,
    seed: SEED,
  }),
}));
show(
  barChart({ title: 'Features most correlated with the score', x: 'Spearman’s ρ', bars: strongest }),
  tablePanel(
    'The six strongest features',
    ['feature', 'ρ (95 %)'],
    strongest.slice(0, 6).map((one) => [one.name, withEnds(one, 2)]),
  ),
);
finding(
  Math.abs(strongest[0].rho) < 0.8,
  `No single feature determines the score: the strongest, ${strongest[0].name}, has ρ = ${strongest[0].rho.toFixed(2)}.`,
);

// %% [markdown]
// ## A non-monotonic feature
//
// The score against the angle of the supporting knee at contact, for shots and passes. The dashed line connects the means
// of eight groups of clips of equal size, ordered by angle.

// %%
const kneeOf = columnOf(biomechanics, rows, 'support_knee_at_contact');
const kneeScores = (['shot', 'pass'] as const).map((type) => {
  const points = rows
    .flatMap((row, i): [number, number][] =>
      row.slices.action === type && !Number.isNaN(kneeOf[i]) ? [[kneeOf[i], row.target]] : [],
    )
    .sort(([a], [b]) => a - b);
  const eighths = Array.from({ length: 8 }, (_, k) =>
    points.slice(Math.round((k * points.length) / 8), Math.round(((k + 1) * points.length) / 8)),
  );
  const means = eighths.map((some): [number, number] => [
    mean(some.map(([knee]) => knee)),
    mean(some.map(([, given]) => given)),
  ]);
  return { type, points, means };
});
show(
  ...kneeScores.map(({ type, points, means }) =>
    scatterChart({
      title: `Supporting knee at contact, ${labelOf(type).toLowerCase()}`,
      x: 'degrees at contact (180 is straight)',
      y: 'mean panel score',
      yEnds: [0, 10],
      groups: [{ name: 'clips', points }],
      line: means,
    }),
  ),
);
const pass = kneeScores[1].means;
const peak = pass.reduce((best, one) => (one[1] > best[1] ? one : best));
const ideal = 180 - TECHNIQUE.pass.plantKnee.best;
finding(
  peak !== pass[0] && peak !== pass[pass.length - 1] && Math.abs(peak[0] - ideal) < 8,
  `For passes, the best angle lies inside the range: the mean score is highest around ${peak[0].toFixed(0)}° (${peak[1].toFixed(1)} points), compared with ${pass[0][1].toFixed(1)} where the knee is most bent and ${pass[pass.length - 1][1].toFixed(1)} where it is straightest. The simulator’s optimum is ${ideal}°.`,
);

// %% [markdown]
// ## Agreement within the panel
//
// Eight experts score the clips. Each skips some, and scores a tenth of them twice without knowing it. ICC(2,1) is the
// reliability of a single expert, and ICC(2,k) that of the panel mean. Both are computed on the clips that all experts
// scored.

// %%
const raterModel = fitRaterModel(rows.map((row) => row.ratings ?? []));
const { icc, noiseCeiling } = raterModel;
if (!icc || !noiseCeiling) throw new Error('Too few clips were scored by the whole panel.');
show(
  tablePanel(
    'Agreement',
    ['measure', 'value'],
    [
      [`ICC(2,1) on ${icc.items} clips`, withEnds(icc.single)],
      [`ICC(2,k) of ${icc.experts} experts`, withEnds(icc.average)],
      ['one expert against the mean of the others, MAE', noiseCeiling.mae.toFixed(3)],
      ['one expert against the mean of the others, R²', noiseCeiling.r2.toFixed(3)],
    ],
  ),
);
finding(
  icc.average.value > icc.single.value + 0.1,
  `The mean of ${icc.experts} experts is considerably more reliable (ICC ${icc.average.value.toFixed(2)}) than a single expert (${icc.single.value.toFixed(2)}), which justifies a panel.`,
);

// %% [markdown]
// ## Bias and spread of each expert
//
// The rater model's estimates, computed from the scores alone, next to the values that the simulator used.

// %%
const truth = new Map(simulated.truth.experts.map((expert) => [expert.rater, expert]));
const experts = raterModel.raters.map((rater) => ({ ...rater, truth: truth.get(rater.rater)! }));
show(
  scatterChart({
    title: 'Estimated and true bias',
    x: 'true bias, points',
    y: 'estimated bias, points',
    xEnds: [-1.5, 1.5],
    yEnds: [-1.5, 1.5],
    groups: [{ name: 'experts', points: experts.map((one) => [one.truth.bias, one.bias] as const) }],
    line: [
      [-1.5, -1.5],
      [1.5, 1.5],
    ],
  }),
  tablePanel(
    'Experts',
    ['expert', 'scores', 'bias', 'true bias', 'spread', 'true spread', 'self-consistency'],
    experts.map((one) => [
      one.rater,
      one.count,
      ...[one.bias, one.truth.bias, one.spread, one.truth.spread].map((x) => x.toFixed(2)),
      one.selfConsistency?.toFixed(2) ?? '–',
    ]),
  ),
);
const largestError = Math.max(...experts.map((one) => Math.abs(one.bias - one.truth.bias)));
finding(largestError <= 0.2, `Every bias is estimated to within ${largestError.toFixed(2)} points.`);

const quality = rows.map((row) => simulated.truth.quality[row.id]);
const errorOf = (targets: ArrayLike<number>) => METRICS.mae.compute(quality, targets);
const single = errorOf(rows.map((row) => row.ratings![0].score));
finding(
  errorOf(raterModel.targets) < errorOf(score) && errorOf(score) < single,
  `The mean absolute error against the true quality is ${single.toFixed(2)} points for one expert, ${errorOf(score).toFixed(2)} for the plain panel mean, and ${errorOf(raterModel.targets).toFixed(2)} for the precision-weighted mean of bias-corrected scores. Models are fitted to the last of these.`,
);

// %% [markdown]
// ## Context
//
// Pressure, fatigue and match minute, where they were recorded.

// %%
const context = ['pressure_level', 'fatigue_level', 'match_minute'].map((name) => {
  const one = correlations.find((other) => other.name === name)!;
  return {
    name,
    ...metricInterval({
      metric: METRICS.spearman,
      actual: one.y,
      predicted: one.x,
      groups: one.groups,
      samples: 300,
      seed: SEED,
    }),
  };
});
show(
  tablePanel(
    'Context and scores',
    ['feature', 'Spearman’s ρ (95 %)'],
    context.map((one) => [one.name, withEnds(one, 2)]),
  ),
);
const contextStrength = Math.max(...context.map(({ value }) => Math.abs(value)));
finding(
  contextStrength < Math.abs(strongest[0].rho) / 2,
  `Context correlates with the score far less than the movement itself: |ρ| is at most ${contextStrength.toFixed(2)}.`,
);

// %% [markdown]
// ## What can be learned
//
// Fixed rules, ridge regression and boosted trees, compared with the mean panel score. Both models are evaluated on
// athletes that they were not trained on (three folds, split by athlete).

// %%
const matrix = toMatrix(rows, biomechanicsFeatures, []);
const folds = groupFolds(matrix.rows, 3, SEED);
const predictOutOfFold = (estimator: Estimator, params: Params) =>
  outOfFold(
    estimator,
    matrix,
    takeRows(matrix, []),
    params,
    { task: 'regression', seed: SEED, log: noLog, threads: 1 },
    folds,
  );
const { value: byRules } = await rulesModel(matrix.columns).predict(matrix.values);
const models = [
  { name: 'fixed rules', predicted: byRules },
  { name: 'ridge', predicted: await predictOutOfFold(linear, { knots: 0, folds: 3 }) },
  {
    name: 'boosted trees',
    predicted: await predictOutOfFold(boosting, { trees: 120, depth: 3, rate: 0.1, earlyStopping: 0 }),
  },
].map(({ name, predicted }) => {
  const interval = (metric: keyof typeof METRICS) =>
    metricInterval({
      metric: METRICS[metric],
      actual: score,
      predicted,
      groups: athletes,
      samples: 500,
      seed: SEED,
    });
  return { name, predicted, mae: interval('mae'), r2: interval('r2'), agreement: interval('agreement') };
});
show(
  tablePanel(
    'Error against the mean panel score',
    ['model', 'MAE (95 %)', 'R² (95 %)', 'within one point'],
    models.map(({ name, mae, r2, agreement }) => [
      name,
      withEnds(mae, 2),
      withEnds(r2, 2),
      withEnds(agreement, 2),
    ]),
  ),
  scatterChart({
    title: `Predicted and actual score, ${models[2].name}`,
    x: 'actual',
    y: 'predicted',
    xEnds: [0, 10],
    yEnds: [0, 10],
    groups: [{ name: 'clips', points: score.map((given, i) => [given, models[2].predicted[i]] as const) }],
    line: [
      [0, 0],
      [10, 10],
    ],
  }),
);
const [rules, ...learned] = models;
const best = learned.reduce((a, b) => (b.mae.value < a.mae.value ? b : a));
finding(
  best.mae.high < 0.85 * rules.mae.low && best.mae.value < noiseCeiling.mae,
  `The best learned model, ${best.name}, is far more accurate than the fixed rules: MAE ${best.mae.value.toFixed(2)} against ${rules.mae.value.toFixed(2)}. It is also closer to the panel mean than one expert is to the others (${noiseCeiling.mae.toFixed(2)}), because a single expert’s score is noisy.`,
);
