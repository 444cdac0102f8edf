// %% [markdown]
// # Squats: signals, templates and a computed score
//
// Repetitions of a deep squat, represented by four latent signals and performed correctly and incorrectly by the same
// people. The score does not come from experts: it is the likelihood under a statistical model, mapped to a scale with a
// maximum of 1.
//
// With so few people, the analysis uses all of them. Each person is predicted by models that were trained without that
// person, but the features were chosen on these same repetitions, so the figures are somewhat optimistic.

// %%
import { takeRows } from '../datasets/matrix.ts';
import type { NamedSignals } from '../datasets/records/named-signals.ts';
import { squats } from '../pipelines/squats.ts';
import { equalEdges } from '../statistics/bins.ts';
import { type Interval, metricInterval, pairedBootstrap } from '../statistics/bootstrap.ts';
import { spearman } from '../statistics/correlation.ts';
import { METRICS } from '../statistics/metrics.ts';
import { noLog } from '../training/estimator.ts';
import { forest } from '../training/estimators/forest/forest.ts';
import { fitRaw } from '../training/out-of-fold.ts';
import { finding, show } from './notebook.ts';
import { barChart, densityChart, lineChart, scatterChart } from './support/charts.ts';
import { ingest, matricesOf, sourceNote, takeColumns } from './support/data.ts';
import { ridgePredictions } from './support/ridge.ts';
import { simulateSquats } from './support/simulated-squats.ts';
import { describe, deviation, groupBy, mean, tablePanel, withEnds } from './support/tables.ts';

const SEED = 1;
const ingested = await ingest<NamedSignals>(squats, { folder: 'squats-uiprmd', simulate: simulateSquats });
show(sourceNote('deep squats by motion capture', ingested));
const { rows } = ingested;
const target = rows.map((row) => row.target);
const subjects = rows.map((row) => row.group);
const isCorrect = rows.map((row) => row.slices.correct === 'yes');
const KINDS = [
  { name: 'correct', is: true },
  { name: 'incorrect', is: false },
];

// %% [markdown]
// ## Scores of correct and incorrect repetitions

// %%
const scoresOf = (is: boolean) => target.filter((_, i) => isCorrect[i] === is);
show(
  densityChart({
    title: 'Scores',
    x: 'score',
    edges: equalEdges(0.5, 1, 20),
    groups: KINDS.map(({ name, is }) => ({ name, values: scoresOf(is) })),
  }),
  describe(
    'Scores',
    KINDS.map(({ name, is }) => ({ name, values: scoresOf(is) })),
  ),
);
const separation = METRICS.rocAuc.compute(isCorrect.map(Number), target);
const [right, wrong] = KINDS.map(({ is }) => scoresOf(is));
finding(
  separation > 0.95,
  `The score separates correct from incorrect repetitions: in ${(100 * separation).toFixed(1)} % of all pairs of one correct and one incorrect repetition, the correct one scores higher.`,
);
finding(
  deviation(wrong) > 2 * deviation(right),
  `The scores of correct repetitions vary little (standard deviation ${deviation(right).toFixed(3)}), those of incorrect ones a lot (${deviation(wrong).toFixed(3)}). A model mostly has to learn how severe the fault of an incorrect repetition is.`,
);

// %% [markdown]
// ## The signals
//
// Mean and standard deviation of each signal during a repetition, for correct and incorrect repetitions.

// %%
const { names } = ingested.records[0];
const STEPS = 60;
const correctIds = new Set(rows.filter((_, i) => isCorrect[i]).map((row) => row.id));
/** Mean and standard deviation over repetitions at evenly spaced moments. */
function timeCourse(signal: number, is: boolean) {
  const own = ingested.records.filter((record) => correctIds.has(record.id) === is);
  return Array.from({ length: STEPS }, (_, k) => {
    const share = k / (STEPS - 1);
    const values = own.map(({ frames }) => frames[Math.round(share * (frames.length - 1))][signal]);
    return { at: 100 * share, mean: mean(values), spread: deviation(values) };
  });
}
const timeCourses = names.map((name, signal) => ({
  name,
  kinds: KINDS.map(({ is }) => timeCourse(signal, is)),
}));
show(
  ...timeCourses.map(({ name, kinds }) =>
    lineChart({
      title: name.replace('_', ' '),
      x: '% of the repetition',
      y: 'value',
      lines: kinds.map((moments, k) => ({
        name: KINDS[k].name,
        points: moments.map(({ at, mean }) => [at, mean] as const),
        band: moments.map(({ mean, spread }) => [mean - spread, mean + spread] as const),
      })),
    }),
  ),
);
const meanDeviation = (k: number) =>
  mean(timeCourses.flatMap(({ kinds }) => kinds[k].map(({ spread }) => spread)));
finding(
  meanDeviation(1) > 1.2 * meanDeviation(0),
  `Correct repetitions vary less: the mean standard deviation of their signals is ${meanDeviation(0).toFixed(3)}, that of incorrect ones ${meanDeviation(1).toFixed(3)}. This motivates the distance to correct repetitions as a feature.`,
);

// %% [markdown]
// ## The people

// %%
const people = [...groupBy(rows.keys(), (i) => subjects[i])]
  .map(([subject, own]) => {
    const of = (is: boolean) => mean(own.filter((i) => isCorrect[i] === is).map((i) => target[i]));
    return { subject, count: own.length, right: of(true), wrong: of(false) };
  })
  .sort((a, b) => a.subject.localeCompare(b.subject, 'en', { numeric: true }));
show(
  tablePanel(
    'Mean scores by person',
    ['person', 'repetitions', 'correct', 'incorrect', 'gap'],
    people.map(({ subject, count, right, wrong }) => [
      subject,
      count,
      right.toFixed(3),
      wrong.toFixed(3),
      (right - wrong).toFixed(3),
    ]),
  ),
);
const gaps = people.map(({ right, wrong }) => right - wrong);
finding(
  Math.min(...gaps) > 0,
  `Every person's incorrect repetitions score lower on average than the correct ones, by ${Math.min(...gaps).toFixed(3)} to ${Math.max(...gaps).toFixed(3)}.`,
);

// %% [markdown]
// ## Templates
//
// Distance of every repetition to the correct repetitions of *other* people. A person's own repetitions are never used as
// templates.

// %%
const { train: allFeatures } = matricesOf(squats, rows, []);
const distances = allFeatures.columns.flatMap(({ name, description }, j) => {
  if (!isTemplate(name)) return [];
  const values = rows.map((_, i) => allFeatures.values[i * allFeatures.columns.length + j]);
  return [{ name, description, values, value: spearman(values, target) }];
});
distances.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
const [closest] = distances;
show(
  barChart({ title: 'Distances and scores', x: 'Spearman’s ρ', bars: distances }),
  scatterChart({
    title: closest.description,
    x: closest.name.replaceAll('_', ' '),
    y: 'score',
    groups: KINDS.map(({ name, is }) => ({
      name,
      points: rows.flatMap((_, i): [number, number][] =>
        isCorrect[i] === is ? [[closest.values[i], target[i]]] : [],
      ),
    })),
  }),
);
finding(
  closest.value < -0.6,
  `The greater the distance to other people's correct repetitions, the lower the score: ρ = ${closest.value.toFixed(2)} for the most strongly correlated distance.`,
);
function isTemplate(name: string): boolean {
  return /_(distance|deviation)$|^template_/.test(name);
}

// %% [markdown]
// ## Comparison of features and models
//
// Every person is predicted from all others. Medians, scales, templates and penalties are fitted again for each person.
// The 95 % intervals are over people, of whom there are few.

// %%
const isSegment = (name: string) => /_off_\d+$/.test(name);
const isPhase = (name: string) => /_phase_\d+$/.test(name);
const isSummary = (name: string) => !isTemplate(name) && !isSegment(name) && !isPhase(name);
const folds = people.map(({ subject }) =>
  matricesOf(
    squats,
    rows.filter((row) => row.group !== subject),
    rows.filter((row) => row.group === subject),
  ),
);
const position = new Map(rows.map((row, i) => [row.id, i]));
type Predict = (train: typeof allFeatures, held: typeof allFeatures) => Float64Array | Promise<Float64Array>;
const byRidge: Predict = (train, held) => ridgePredictions(train, held, SEED);
const byForest: Predict = async (train, held) => {
  const context = { task: 'regression' as const, seed: SEED, log: noLog, threads: 1 };
  return fitRaw(await forest.fit(train, takeRows(train, []), { trees: 60 }, context), held);
};
const attempts: { name: string; keep: (name: string) => boolean; predict: Predict }[] = [
  { name: 'summaries, ridge', keep: isSummary, predict: byRidge },
  { name: 'summaries, forest', keep: isSummary, predict: byForest },
  { name: '+ distances, ridge', keep: (name) => isSummary(name) || isTemplate(name), predict: byRidge },
  { name: '+ phases, ridge', keep: (name) => isSummary(name) || isPhase(name), predict: byRidge },
  { name: '+ phases and distances, ridge', keep: (name) => !isSegment(name), predict: byRidge },
  { name: 'all, forest', keep: () => true, predict: byForest },
  { name: 'all, ridge', keep: () => true, predict: byRidge },
];
const results: { name: string; columns: number; predicted: Float64Array; r2: Interval; mae: Interval }[] = [];
for (const { name, keep, predict } of attempts) {
  const predicted = new Float64Array(rows.length);
  for (const fold of folds) {
    const held = takeColumns(fold.held, keep);
    const own = await predict(takeColumns(fold.train, keep), held);
    held.rows.forEach(({ id }, i) => {
      predicted[position.get(id)!] = own[i];
    });
  }
  const interval = (metric: keyof typeof METRICS) =>
    metricInterval({
      metric: METRICS[metric],
      actual: target,
      predicted,
      groups: subjects,
      samples: 500,
      seed: SEED,
    });
  const columns = allFeatures.columns.filter((column) => keep(column.name)).length;
  results.push({ name, columns, predicted, r2: interval('r2'), mae: interval('mae') });
}
show(
  tablePanel(
    `${people.length} people, each predicted from the others`,
    ['features and model', 'columns', 'R² (95 %)', 'MAE (95 %)'],
    results.map(({ name, columns, r2, mae }) => [name, columns, withEnds(r2), withEnds(mae, 4)]),
  ),
);
const [summaries, summariesForest, , phases, , allForest, all] = results;
const errors = ({ predicted }: (typeof results)[number]) =>
  target.map((score, i) => Math.abs(score - predicted[i]));
const compare = (a: (typeof results)[number], b: (typeof results)[number]) =>
  pairedBootstrap({ lossA: errors(a), lossB: errors(b), groups: subjects, seed: SEED });
if (ingested.simulated) {
  const r2s = results.map(({ r2 }) => r2.value);
  finding(
    Math.min(...r2s) > 0.5,
    `Every feature set detects the simulated fault: R² is between ${Math.min(...r2s).toFixed(3)} and ${Math.max(...r2s).toFixed(3)}.`,
  );
} else {
  finding(
    compare(phases, summaries).high < 0,
    `The timing within a signal matters: adding the means of twenty phases increases R² from ${summaries.r2.value.toFixed(3)} to ${phases.r2.value.toFixed(3)}.`,
  );
  finding(
    all.r2.value > phases.r2.value + 0.02 && all.mae.value < phases.mae.value,
    `Distances to other people's correct repetitions, over the whole repetition and over ten segments, increase R² to ${all.r2.value.toFixed(3)} (${all.r2.low.toFixed(3)} to ${all.r2.high.toFixed(3)}). The interval is wide because there are only ${people.length} people.`,
  );
  finding(
    summariesForest.r2.value > summaries.r2.value && allForest.r2.value < all.r2.value - 0.1,
    `A forest is better than ridge on summaries (${summariesForest.r2.value.toFixed(3)} against ${summaries.r2.value.toFixed(3)}), but gains little from the other features: with all of them, its R² is only ${allForest.r2.value.toFixed(3)}. A linear model sums many small deviations, while each tree uses only a few of them.`,
  );
}

// %% [markdown]
// ## Error analysis
//
// Mean absolute error by person, with all features.

// %%
const byPerson = people.map(({ subject }) => ({
  name: subject,
  value: mean(errors(all).filter((_, i) => subjects[i] === subject)),
}));
show(
  barChart({ title: 'Error by person', x: 'mean absolute error', bars: byPerson }),
  scatterChart({
    title: 'Predicted and actual score',
    x: 'actual',
    y: 'predicted',
    xEnds: [0.5, 1],
    yEnds: [0.5, 1],
    groups: KINDS.map(({ name, is }) => ({
      name,
      points: rows.flatMap((_, i): [number, number][] =>
        isCorrect[i] === is ? [[target[i], all.predicted[i]]] : [],
      ),
    })),
    line: [
      [0.5, 0.5],
      [1, 1],
    ],
  }),
);
const personErrors = byPerson.map(({ value }) => value);
if (!ingested.simulated)
  finding(
    Math.max(...personErrors) > 1.5 * Math.min(...personErrors),
    `The error varies between people, from ${Math.min(...personErrors).toFixed(4)} to ${Math.max(...personErrors).toFixed(4)}.`,
  );
