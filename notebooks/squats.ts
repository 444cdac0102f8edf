// %% [markdown]
// # Squats: signals, templates and a score that a formula gave
//
// Repetitions of a deep squat as four latent signals, done correctly and incorrectly by the same people. The score does
// not come from experts: it is a likelihood under a statistical model, mapped to a scale that ends at 1.
//
// There are so few people that all of them are looked at. Each is predicted by fits that did not see that person, yet
// the features were chosen on these same repetitions, so the figures are somewhat too good.

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
import { matricesOf, sourceNote, takeColumns, takeIn } from './support/data.ts';
import { ridgePredictions } from './support/ridge.ts';
import { simulateSquats } from './support/simulated-squats.ts';
import { describe, deviation, groupBy, mean, tablePanel, withEnds } from './support/tables.ts';

const SEED = 1;
const taken = await takeIn<NamedSignals>(squats, { folder: 'squats-uiprmd', simulate: simulateSquats });
show(sourceNote('deep squats by motion capture', taken));
const { rows } = taken;
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
  `The score tells correct from incorrect repetitions: of two, one of each kind, the correct one has the higher score in ${(100 * separation).toFixed(1)} % of the cases.`,
);
finding(
  deviation(wrong) > 2 * deviation(right),
  `Correct ones lie close together (standard deviation ${deviation(right).toFixed(3)}), incorrect ones far apart (${deviation(wrong).toFixed(3)}): what there is to learn is mostly how wrong a wrong one is.`,
);

// %% [markdown]
// ## The signals
//
// Mean and spread (one standard deviation) of each signal over the repetition, correct and incorrect.

// %%
const { names } = taken.records[0];
const STEPS = 60;
const correctIds = new Set(rows.filter((_, i) => isCorrect[i]).map((row) => row.id));
/** Mean and spread over repetitions at evenly spaced moments. */
function course(signal: number, is: boolean) {
  const own = taken.records.filter((record) => correctIds.has(record.id) === is);
  return Array.from({ length: STEPS }, (_, k) => {
    const share = k / (STEPS - 1);
    const values = own.map(({ frames }) => frames[Math.round(share * (frames.length - 1))][signal]);
    return { at: 100 * share, mean: mean(values), spread: deviation(values) };
  });
}
const courses = names.map((name, signal) => ({ name, kinds: KINDS.map(({ is }) => course(signal, is)) }));
show(
  ...courses.map(({ name, kinds }) =>
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
const width = (k: number) => mean(courses.flatMap(({ kinds }) => kinds[k].map(({ spread }) => spread)));
finding(
  width(1) > 1.2 * width(0),
  `Correct repetitions keep closer together: their spread is ${width(0).toFixed(3)} on average, that of incorrect ones ${width(1).toFixed(3)}. That is why the distance from correct ones is tried as a feature.`,
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
  `Everybody's incorrect repetitions score lower on average, by ${Math.min(...gaps).toFixed(3)} to ${Math.max(...gaps).toFixed(3)}.`,
);

// %% [markdown]
// ## Templates
//
// Distance of every repetition to the correct repetitions of *other* people. No own repetition is ever a template.

// %%
const { train: everything } = matricesOf(squats, rows, []);
const distances = everything.columns.flatMap(({ name, description }, j) => {
  if (!isTemplate(name)) return [];
  const values = rows.map((_, i) => everything.values[i * everything.columns.length + j]);
  return [{ name, description, values, value: spearman(values, target) }];
});
distances.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
const [closest] = distances;
show(
  barChart({ title: 'Distances against scores', x: 'Spearman’s ρ', bars: distances }),
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
  `The further from others' correct repetitions, the lower the score: ρ = ${closest.value.toFixed(2)} for the best of these distances.`,
);
function isTemplate(name: string): boolean {
  return /_(distance|deviation)$|^template_/.test(name);
}

// %% [markdown]
// ## Which features, which model
//
// Every person is predicted from all others: medians, scales, templates and penalties are learnt again each time.
// Intervals of 95 % are over people, and there are few of them.

// %%
const isPart = (name: string) => /_off_\d+$/.test(name);
const isPhase = (name: string) => /_phase_\d+$/.test(name);
const isSummary = (name: string) => !isTemplate(name) && !isPart(name) && !isPhase(name);
const folds = people.map(({ subject }) =>
  matricesOf(
    squats,
    rows.filter((row) => row.group !== subject),
    rows.filter((row) => row.group === subject),
  ),
);
const place = new Map(rows.map((row, i) => [row.id, i]));
type Predict = (train: typeof everything, held: typeof everything) => Float64Array | Promise<Float64Array>;
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
  { name: '+ phases and distances, ridge', keep: (name) => !isPart(name), predict: byRidge },
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
      predicted[place.get(id)!] = own[i];
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
  const columns = everything.columns.filter((column) => keep(column.name)).length;
  results.push({ name, columns, predicted, r2: interval('r2'), mae: interval('mae') });
}
show(
  tablePanel(
    `${people.length} people, each predicted from the others`,
    ['features and model', 'columns', 'R² (95 %)', 'MAE (95 %)'],
    results.map(({ name, columns, r2, mae }) => [name, columns, withEnds(r2), withEnds(mae, 4)]),
  ),
);
const [summaries, fewTrees, , phases, , allTrees, all] = results;
const errors = ({ predicted }: (typeof results)[number]) =>
  target.map((score, i) => Math.abs(score - predicted[i]));
const versus = (a: (typeof results)[number], b: (typeof results)[number]) =>
  pairedBootstrap({ lossA: errors(a), lossB: errors(b), groups: subjects, seed: SEED });
if (taken.simulated) {
  const reached = results.map(({ r2 }) => r2.value);
  finding(
    Math.min(...reached) > 0.5,
    `The made-up fault shows in every set of features: R² lies between ${Math.min(...reached).toFixed(3)} and ${Math.max(...reached).toFixed(3)}.`,
  );
} else {
  finding(
    versus(phases, summaries).high < 0,
    `When a signal has which value matters: with the means of twenty phases R² goes from ${summaries.r2.value.toFixed(3)} to ${phases.r2.value.toFixed(3)}.`,
  );
  finding(
    all.r2.value > phases.r2.value + 0.02 && all.mae.value < phases.mae.value,
    `Distances from others' correct repetitions, whole and in ten parts, bring it to ${all.r2.value.toFixed(3)} (${all.r2.low.toFixed(3)} to ${all.r2.high.toFixed(3)}); the interval is wide, as it has to be with ${people.length} people.`,
  );
  finding(
    fewTrees.r2.value > summaries.r2.value && allTrees.r2.value < all.r2.value - 0.1,
    `Trees make more of the summaries (${fewTrees.r2.value.toFixed(3)} against ${summaries.r2.value.toFixed(3)}), but hardly anything of the rest: with all features a forest stays at ${allTrees.r2.value.toFixed(3)}. A linear model adds up many small deviations; a tree looks at a few of them.`,
  );
}

// %% [markdown]
// ## Where it goes wrong
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
    title: 'Predicted against given',
    x: 'given',
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
if (!taken.simulated)
  finding(
    Math.max(...personErrors) > 1.5 * Math.min(...personErrors),
    `The error differs between people: from ${Math.min(...personErrors).toFixed(4)} to ${Math.max(...personErrors).toFixed(4)}.`,
  );
