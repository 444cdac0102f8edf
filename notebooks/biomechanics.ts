// %% [markdown]
// # Biomechanics: angles, scores and the panel
//
// What experts score, what can be measured of the same actions, and how much the experts agree. No panel of football
// experts is at hand, so the clips and the panel are simulated; because the simulator's truth is known, what the platform
// estimates can be checked against it. Athletes of the test part belong to the gate and are left out.

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
import { writeJsonLines } from '../pipelines/simulated-files.ts';
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
import { columnOf, sourceNote, takeIn } from './support/data.ts';
import { deviation, mean, tablePanel, withEnds } from './support/tables.ts';

const labelOf = (type: string) => ACTION_TYPES.find(({ name }) => name === type)!.label;

const SEED = 1;
const made = simulateClips({ clips: 400, athletes: 40, experts: 8, seed: SEED });
const taken = await takeIn<ScoredRecord>(biomechanics, {
  async simulate(folder) {
    await writeJsonLines(folder, 'actions.jsonl', made.actions);
    await writeJsonLines(folder, 'scores.jsonl', made.scores);
  },
});
show(sourceNote('', taken));

const parts = splitGroups(taken.rows, biomechanics.split);
const rows = taken.rows.filter((row) => parts.get(row.group) !== 'test');
const score = rows.map((row) => row.target);
const athletes = rows.map((row) => row.group);

// %% [markdown]
// ## Scores by type of action
//
// The mean of the panel, 0 to 10. Intervals of 95 % are over athletes.

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
    title: 'Scores by type of action',
    x: 'mean score of the panel',
    edges: equalEdges(0, 10, 10),
    groups: byType.map(({ name, scores }) => ({ name, values: scores })),
  }),
  barChart({ title: 'Mean score by type of action', x: 'points', bars: byType }),
  tablePanel(
    'Scores by type of action',
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
  'Within every type of action scores spread by more than a point: there is something to learn beyond the type.',
);

// %% [markdown]
// ## A good and a poor shot
//
// The knee and the hip of the playing leg, frame by frame, in the shot that the panel liked best and in the one it liked
// least.

// %%
const actions = new Map(
  taken.records.flatMap((record) => (record.kind === 'action' ? [[record.action.id, record.action]] : [])),
);
const kicks = rows.filter((row) => row.slices.action === 'shot').sort((a, b) => b.target - a.target);
const compared = [
  { name: 'best', row: kicks[0] },
  { name: 'worst', row: kicks[kicks.length - 1] },
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
      title: `Angle of the playing ${joint}`,
      x: 'seconds',
      y: 'degrees',
      lines: compared.map((one) => ({ name: one.name, points: one[joint] })),
    }),
  ),
);

// %% [markdown]
// ## Angles against scores
//
// Spearman's correlation of every feature with the panel's mean, over all types of action.

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
  barChart({ title: 'What goes along with the score', x: 'Spearman’s ρ', bars: strongest }),
  tablePanel(
    'The strongest six',
    ['feature', 'ρ (95 %)'],
    strongest.slice(0, 6).map((one) => [one.name, withEnds(one, 2)]),
  ),
);
finding(
  Math.abs(strongest[0].rho) < 0.8,
  `No single angle is the score: the strongest, ${strongest[0].name}, has ρ = ${strongest[0].rho.toFixed(2)}.`,
);

// %% [markdown]
// ## Too little and too much
//
// The angle of the supporting knee at the contact, against the score, shots and passes. The dashed line joins
// the means of eighths of the clips.

// %%
const kneeOf = columnOf(biomechanics, rows, 'support_knee_at_contact');
const bends = (['shot', 'pass'] as const).map((type) => {
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
  ...bends.map(({ type, points, means }) =>
    scatterChart({
      title: `Supporting knee, ${labelOf(type).toLowerCase()}`,
      x: 'degrees at the contact (180 is straight)',
      y: 'mean score of the panel',
      yEnds: [0, 10],
      groups: [{ name: 'clips', points }],
      line: means,
    }),
  ),
);
const pass = bends[1].means;
const peak = pass.reduce((best, one) => (one[1] > best[1] ? one : best));
const ideal = 180 - TECHNIQUE.pass.plantKnee.best;
finding(
  peak !== pass[0] && peak !== pass[pass.length - 1] && Math.abs(peak[0] - ideal) < 8,
  `For passes the best knee lies inside: scores are highest around ${peak[0].toFixed(0)}° (${peak[1].toFixed(1)} points), ${pass[0][1].toFixed(1)} where it bends most and ${pass[pass.length - 1][1].toFixed(1)} where it is straightest. The simulator’s own best is ${ideal}°.`,
);

// %% [markdown]
// ## Agreement of the panel
//
// Eight experts score the clips; each leaves some out, and a tenth comes to them a second time without a word. ICC(2,1)
// is the agreement of one expert with another, ICC(2,k) that of the mean of the panel with the mean of another such
// panel. Only clips that all of them scored count for it.

// %%
const model = fitRaterModel(rows.map((row) => row.ratings ?? []));
const { icc, noiseCeiling } = model;
if (!icc || !noiseCeiling) throw new Error('The panel shares too few clips.');
show(
  tablePanel(
    'Agreement',
    ['measure', 'value'],
    [
      [`ICC(2,1) on ${icc.items} clips`, withEnds(icc.single)],
      [`ICC(2,k) of ${icc.experts} experts`, withEnds(icc.average)],
      ['one expert against the mean of the others: MAE', noiseCeiling.mae.toFixed(3)],
      ['the same: R²', noiseCeiling.r2.toFixed(3)],
    ],
  ),
);
finding(
  icc.average.value > icc.single.value + 0.1,
  `One expert is a fair witness (${icc.single.value.toFixed(2)}), the mean of ${icc.experts} a good one (${icc.average.value.toFixed(2)}): the panel is worth its time.`,
);

// %% [markdown]
// ## Bias and spread of each expert
//
// What the rater model finds in the scores alone, beside what the simulator gave each expert.

// %%
const truth = new Map(made.truth.experts.map((expert) => [expert.rater, expert]));
const experts = model.raters.map((rater) => ({ ...rater, truth: truth.get(rater.rater)! }));
show(
  scatterChart({
    title: 'Bias: found against given',
    x: 'given by the simulator, points',
    y: 'found, points',
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
    ['expert', 'scores', 'bias', 'true bias', 'spread', 'true spread', 'repeats'],
    experts.map((one) => [
      one.rater,
      one.count,
      ...[one.bias, one.truth.bias, one.spread, one.truth.spread].map((x) => x.toFixed(2)),
      one.selfConsistency?.toFixed(2) ?? '–',
    ]),
  ),
);
const furthest = Math.max(...experts.map((one) => Math.abs(one.bias - one.truth.bias)));
finding(furthest <= 0.2, `Every bias is found to within ${furthest.toFixed(2)} points.`);

const quality = rows.map((row) => made.truth.quality[row.id]);
const errorOf = (targets: ArrayLike<number>) => METRICS.mae.compute(quality, targets);
const single = errorOf(rows.map((row) => row.ratings![0].score));
finding(
  errorOf(model.targets) < errorOf(score) && errorOf(score) < single,
  `Against the true quality, one expert is off by ${single.toFixed(2)} points, the plain mean of the panel by ${errorOf(score).toFixed(2)}, and the mean with biases taken off and weighed by precision by ${errorOf(model.targets).toFixed(2)}. That is what models are fitted to.`,
);

// %% [markdown]
// ## Circumstances
//
// Pressure and fatigue, where they were written down.

// %%
const circumstances = ['pressure_level', 'fatigue_level', 'match_minute'].map((name) => {
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
    'Circumstances against scores',
    ['circumstance', 'Spearman’s ρ (95 %)'],
    circumstances.map((one) => [one.name, withEnds(one, 2)]),
  ),
);
const strain = Math.max(...circumstances.map(({ value }) => Math.abs(value)));
finding(
  strain < Math.abs(strongest[0].rho) / 2,
  `They go along with the score far less than the movement itself: ρ is ${strain.toFixed(2)} at most, up or down.`,
);

// %% [markdown]
// ## What can be learnt
//
// The fixed rules, a ridge regression and boosted trees against the mean of the panel. Both models are judged on athletes
// that they did not see (three folds of whole athletes).

// %%
const matrix = toMatrix(rows, biomechanicsFeatures, []);
const folds = groupFolds(matrix.rows, 3, SEED);
const learnt = (estimator: Estimator, params: Params) =>
  outOfFold(
    estimator,
    matrix,
    takeRows(matrix, []),
    params,
    { task: 'regression', seed: SEED, log: noLog, threads: 1 },
    folds,
  );
const { value: ruled } = await rulesModel(matrix.columns).predict(matrix.values);
const guesses = [
  { name: 'fixed rules', predicted: ruled },
  { name: 'ridge', predicted: await learnt(linear, { knots: 0, folds: 3 }) },
  {
    name: 'boosted trees',
    predicted: await learnt(boosting, { trees: 120, depth: 3, rate: 0.1, earlyStopping: 0 }),
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
    'Against the mean of the panel',
    ['guess', 'MAE (95 %)', 'R² (95 %)', 'within one point'],
    guesses.map(({ name, mae, r2, agreement }) => [
      name,
      withEnds(mae, 2),
      withEnds(r2, 2),
      withEnds(agreement, 2),
    ]),
  ),
  scatterChart({
    title: `Predicted against given, ${guesses[2].name}`,
    x: 'given',
    y: 'predicted',
    xEnds: [0, 10],
    yEnds: [0, 10],
    groups: [{ name: 'clips', points: score.map((given, i) => [given, guesses[2].predicted[i]] as const) }],
    line: [
      [0, 0],
      [10, 10],
    ],
  }),
);
const [rules, ...models] = guesses;
const best = models.reduce((a, b) => (b.mae.value < a.mae.value ? b : a));
finding(
  best.mae.high < 0.85 * rules.mae.low && best.mae.value < noiseCeiling.mae,
  `What is learnt beats the fixed rules by far: ${best.name}, MAE ${best.mae.value.toFixed(2)} against ${rules.mae.value.toFixed(2)}. It is also closer to the panel than one expert is to the others (${noiseCeiling.mae.toFixed(2)}), because one expert’s word carries noise of its own.`,
);
