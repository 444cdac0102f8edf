// %% [markdown]
// # Shots: what decides whether a shot goes in?
//
// An exploratory analysis of the shot data, before any modelling. Games are split in chronological order. The analysis
// uses the training part, and models are compared on the validation part. The test part is reserved for the gate.

// %%
import { takeRows } from '../datasets/matrix.ts';
import type { Shot } from '../datasets/records/shot.ts';
import { METRES_PER_FOOT } from '../datasets/records/shot.ts';
import { shotColumnsSchema, shotFromColumns } from '../datasets/records/shot-columns.ts';
import { simulateShots } from '../datasets/simulator/shots.ts';
import { splitGroups } from '../datasets/snapshots/split.ts';
import { sigmoid } from '../models/predict.ts';
import { shots } from '../pipelines/shots.ts';
import { bootstrapInterval, type Interval, pairedBootstrap } from '../statistics/bootstrap.ts';
import { pearson } from '../statistics/correlation.ts';
import { METRICS } from '../statistics/metrics.ts';
import { noLog } from '../training/estimator.ts';
import { linear } from '../training/estimators/linear/linear.ts';
import { fitRaw } from '../training/out-of-fold.ts';
import { finding, show } from './notebook.ts';
import { barChart, densityChart, heatmapChart, lineChart, scatterChart } from './support/charts.ts';
import { columnOf, ingest, matricesOf, sourceNote } from './support/data.ts';
import { describe, groupBy, mean, percent, tablePanel } from './support/tables.ts';

const ingested = await ingest<Shot>(shots, { folder: 'nba-shots-2015/events', simulate: shots.simulate! });
show(sourceNote('play-by-play of one basketball season', ingested));

const parts = splitGroups(ingested.rows, shots.split);
const trainShots = ingested.records.filter((shot) => parts.get(shot.game) === 'train');
const validationShots = ingested.records.filter((shot) => parts.get(shot.game) === 'validation');
const rows = ingested.rows.filter((row) => parts.get(row.group) === 'train');
const made = rows.map((row) => row.target);
const columns = shots.features.columns.map(({ name, unit }) => ({
  name,
  unit,
  values: columnOf(shots, rows, name),
}));
show(describe('Columns', [{ name: 'made', values: made }, ...columns]));

const SEED = 1;
/** Success rate with a bootstrap interval over games, for which one row per game is enough. */
function rateOf(subset: readonly Shot[]): Interval {
  const games = [...groupBy(subset, (shot) => shot.game)].map(([game, own]) => ({
    game,
    shots: own.length,
    goals: own.filter((shot) => shot.made).length,
  }));
  const total = (of: 'shots' | 'goals', weights: Float64Array) =>
    games.reduce((sum, game, i) => sum + weights[i] * game[of], 0);
  return bootstrapInterval({
    groups: games.map(({ game }) => game),
    samples: 500,
    seed: SEED,
    statistic: (weights) => total('goals', weights) / total('shots', weights),
  });
}

// %% [markdown]
// ## Correlations
//
// Pearson correlations between the model's numeric features and the outcome. Columns that this source lacks are left
// out.

// %%
const present = columns.filter(({ name, values }) => name !== 'zone' && values.some((x) => !Number.isNaN(x)));
const series = [{ name: 'made', values: made }, ...present];
const correlation = series.map(({ values: a }) =>
  series.map(({ values: b }) => {
    const both = [...a.keys()].filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]));
    return pearson(
      both.map((i) => a[i]),
      both.map((i) => b[i]),
    );
  }),
);
show(heatmapChart({ title: 'Correlation', names: series.map(({ name }) => name), values: correlation }));
const byName = (name: string) => correlation[0][series.findIndex((one) => one.name === name)];
const strength = series.slice(1).map(({ name }) => Math.abs(byName(name)));
finding(
  Math.abs(byName('distance_m')) === Math.max(...strength) && byName('distance_m') < 0,
  `Distance correlates most strongly with the outcome, but only weakly (r = ${byName('distance_m').toFixed(3)}): a single shot is mostly luck.`,
);
const context = ['period', 'seconds', 'margin', 'home'].filter((name) =>
  present.some((one) => one.name === name),
);
const strongest = Math.max(...context.map((name) => Math.abs(byName(name))));
finding(
  strongest < 0.05,
  `The game context (${context.join(', ')}) hardly correlates with the outcome: |r| is at most ${strongest.toFixed(3)}.`,
);

// %% [markdown]
// ## Success rate by shot type
//
// 95 % bootstrap intervals, resampling whole games.

// %%
const types = [2, 3].map((type) => ({
  type,
  rate: rateOf(trainShots.filter((shot) => shot.situation.shotType === type)),
}));
const [two, three] = types.map(({ rate }) => rate);
show(
  barChart({
    title: 'Success rate by shot type',
    x: 'success rate',
    bars: types.map(({ type, rate }) => ({ name: `${type}-point`, ...rate })),
  }),
  tablePanel(
    'Success rate by shot type',
    ['type', 'shots', 'made', 'points per shot'],
    types.map(({ type, rate }) => [
      `${type}-point`,
      trainShots.filter((shot) => shot.situation.shotType === type).length.toLocaleString('en'),
      percent(rate.value),
      (type * rate.value).toFixed(3),
    ]),
  ),
);
finding(
  two.low > three.high,
  `Two-point shots go in more often than three-point shots: ${percent(two.value)} against ${percent(three.value)}.`,
);
if (!ingested.simulated)
  finding(
    3 * three.low > 2 * two.value,
    `Even so, a three-point shot is worth more: ${(3 * three.value).toFixed(3)} points on average against ${(2 * two.value).toFixed(3)}.`,
  );

// %% [markdown]
// ## Success rate by time remaining
//
// Seconds remaining in the period, in narrower intervals towards its end.

// %%
const CLOCK = [0, 2, 5, 10, 24, 60, 120, 240, 360, 480, 600, 721];
const byClock = CLOCK.slice(1).map((to, k) => {
  const subset = trainShots.filter(({ situation: { seconds = -1 } }) => seconds >= CLOCK[k] && seconds < to);
  return {
    name: `${CLOCK[k]}–${Math.min(720, to)} s`,
    from: CLOCK[k],
    shots: subset.length,
    ...rateOf(subset),
  };
});
show(barChart({ title: 'Success rate by time remaining', x: 'success rate', bars: byClock }));
const earlier = byClock.filter(({ from }) => from >= 24);
if (ingested.simulated) {
  const lastSeconds = rateOf(trainShots.filter(({ situation: { seconds = 720 } }) => seconds < 5));
  finding(
    lastSeconds.value < Math.min(...earlier.map(({ value }) => value)),
    `In the last five seconds of a period, ${percent(lastSeconds.value)} of shots go in, fewer than in any interval with at least 24 seconds on the clock.`,
  );
} else {
  const [lastSeconds] = byClock;
  finding(
    lastSeconds.high < Math.min(...earlier.map(({ low }) => low)),
    `In the last two seconds of a period, ${percent(lastSeconds.value)} of shots go in, clearly fewer than in any interval with at least 24 seconds on the clock.`,
  );
}
const earlierRates = earlier.map(({ value }) => value);
const earlierRange = Math.max(...earlierRates) - Math.min(...earlierRates);
finding(
  earlierRange < (ingested.simulated ? 0.08 : 0.04),
  `Earlier, the clock matters little: with at least 24 seconds remaining, success rates are between ${percent(Math.min(...earlierRates))} and ${percent(Math.max(...earlierRates))}.`,
);

// %% [markdown]
// ## Success rate by distance
//
// In feet, the unit of the sources.

// %%
const feetOf = (shot: Shot) => Math.round((shot.situation.distance ?? Number.NaN) / METRES_PER_FOOT);
const byFeet = (type: number) =>
  [
    ...groupBy(
      trainShots.filter((shot) => shot.situation.shotType === type),
      feetOf,
    ),
  ]
    .filter(([feet, subset]) => feet <= 30 && subset.length >= 40)
    .sort(([a], [b]) => a - b)
    .map(([feet, subset]) => ({ feet, ...rateOf(subset) }));
const feetLines = [2, 3].map((type) => ({ type, points: byFeet(type) }));
show(
  lineChart({
    title: 'Success rate by distance',
    x: 'feet from the rim',
    y: 'success rate',
    note: 'Bands are 95 % bootstrap intervals over games.',
    dots: true,
    lines: feetLines.map(({ type, points }) => ({
      name: `${type}-point`,
      points: points.map(({ feet, value }) => [feet, value] as const),
      band: points.map(({ low, high }) => [low, high] as const),
    })),
  }),
  densityChart({
    title: 'Distribution of distance by shot type',
    x: 'feet from the rim',
    edges: Array.from({ length: 16 }, (_, k) => 2 * k),
    groups: [2, 3].map((type) => ({
      name: `${type}-point`,
      values: trainShots.filter((shot) => shot.situation.shotType === type).map(feetOf),
    })),
  }),
);
const twosFrom = (low: number, high: number) =>
  rateOf(
    trainShots.filter((shot) => shot.situation.shotType === 2 && feetOf(shot) >= low && feetOf(shot) < high),
  );
const rim = twosFrom(0, 3);
const midRange = [5, 9, 13, 17].map((feet) => twosFrom(feet, feet + 4).value);
finding(
  rim.low - Math.max(...midRange) > 2 * (Math.max(...midRange) - Math.min(...midRange)),
  `From less than three feet, ${percent(rim.value)} of two-point shots go in; from five feet to the three-point line, ${percent(Math.min(...midRange))} to ${percent(Math.max(...midRange))} do. Most of the decline happens close to the rim. A linear term in distance cannot represent it, so linear models may use piecewise-linear terms.`,
);
const closeThrees = trainShots.filter((shot) => shot.situation.shotType === 3 && feetOf(shot) <= 22);
const farTwos = trainShots.filter((shot) => shot.situation.shotType === 2 && feetOf(shot) >= 19);
finding(
  closeThrees.length > 0 && Math.abs(rateOf(closeThrees).value - rateOf(farTwos).value) < 0.05,
  `A two-point shot from 19 feet or more (${percent(rateOf(farTwos).value)}) is about as hard as a corner three from 22 feet (${percent(rateOf(closeThrees).value)}), and scores one point less.`,
);

// %% [markdown]
// ## Position and distance
//
// Play-by-play text has no court coordinates; the 22-column format does. This cell always uses simulated data.

// %%
const simulated = simulateShots({ games: 12, shotsPerGame: 100, seed: SEED }).rows.map((row) =>
  shotFromColumns(shotColumnsSchema.parse(row)),
);
const locations = simulated.map(({ situation: { x = 0, y = 0, distance = 0, shotType } }) => ({
  ...{ x: x / 10, y: y / 10, shotType, feet: distance / METRES_PER_FOOT },
  fromPosition: Math.hypot(x, y) / 10,
}));
show(
  scatterChart({
    title: 'Shot locations',
    x: 'feet to the right of the rim',
    y: 'feet from the rim along the court',
    yEnds: [-5, 40],
    groups: [2, 3].map((type) => ({
      name: `${type}-point`,
      points: locations.filter((location) => location.shotType === type).map(({ x, y }) => [x, y] as const),
    })),
  }),
  scatterChart({
    title: 'Recorded distance and position',
    x: 'distance from the coordinates, feet',
    y: 'recorded distance, feet',
    groups: [
      { name: 'shots', points: locations.map(({ fromPosition, feet }) => [fromPosition, feet] as const) },
    ],
    line: [
      [0, 0],
      [40, 40],
    ],
  }),
);
const truncated = locations.map(({ fromPosition, feet }) => fromPosition - feet);
finding(
  Math.min(...truncated) > -0.01 && Math.max(...truncated) < 1.01,
  'The recorded distance is the distance from the coordinates, rounded down to whole feet. Coordinates only add the direction.',
);

// %% [markdown]
// ## Action descriptions
//
// The play-by-play text describes each shot, such as *driving layup* or *pullup jump*. The scorer writes the description
// after seeing whether the ball went in, so its information about the outcome is not available before the shot.

// %%
const descriptions = [
  ...groupBy(
    trainShots.filter((shot) => shot.action !== undefined),
    (shot) => shot.action!,
  ),
]
  .filter(([, subset]) => subset.length >= trainShots.length / 500)
  .map(([name, subset]) => ({
    name,
    shots: subset.length,
    rate: mean(subset.map((shot) => Number(shot.made))),
    feet: mean(subset.map(feetOf)),
  }))
  .sort((a, b) => b.shots - a.shots);
show(
  tablePanel(
    'The most frequent descriptions',
    ['description', 'shots', 'made', 'mean distance (feet)'],
    descriptions
      .slice(0, 14)
      .map(({ name, shots, rate, feet }) => [
        name,
        shots.toLocaleString('en'),
        percent(rate),
        feet.toFixed(1),
      ]),
  ),
);
const atRim = [
  ...groupBy(
    trainShots.filter((shot) => feetOf(shot) <= 2 && shot.action),
    (shot) => shot.action!,
  ),
]
  .filter(([, subset]) => subset.length >= 50)
  .map(([name, subset]) => ({ name, ...rateOf(subset) }))
  .sort((a, b) => b.value - a.value);
show(
  barChart({
    title: 'Success rate by description, from two feet or less',
    x: 'success rate',
    xEnds: [0, 1],
    bars: atRim.length > 12 ? [...atRim.slice(0, 6), ...atRim.slice(-6)] : atRim,
    note: 'If there are more than twelve descriptions, only the six highest and the six lowest are shown.',
  }),
);

// %% [markdown]
// ## How much the features explain, and what descriptions would add
//
// Tables of success rates and a logistic regression, fitted on the training part and evaluated on every second game of
// the validation part. The other validation games select the penalty of the regression. Lower log-loss is better.

// %%
const PRIOR = 50;
/** Success rate by key, smoothed towards the overall rate. */
function rateTable(keyOf: (shot: Shot) => string): (shot: Shot) => number {
  const all = mean(trainShots.map((shot) => Number(shot.made)));
  const cells = new Map(
    [...groupBy(trainShots, keyOf)].map(([key, subset]) => [
      key,
      (subset.filter((shot) => shot.made).length + PRIOR * all) / (subset.length + PRIOR),
    ]),
  );
  return (shot) => cells.get(keyOf(shot)) ?? all;
}
const validationGames = [...new Set(validationShots.map((shot) => shot.game))].sort();
const evaluationGames = new Set(validationGames.filter((_, i) => i % 2 === 1));
const evaluated = validationShots.filter((shot) => evaluationGames.has(shot.game));
const outcomes = evaluated.map((shot) => Number(shot.made));

const placeOf = (shot: Shot) => `${shot.situation.shotType}/${Math.min(30, feetOf(shot))}`;
const { train, held } = matricesOf(
  shots,
  rows,
  ingested.rows.filter((row) => parts.get(row.group) === 'validation'),
);
const halfOf = (forEvaluation: boolean) =>
  takeRows(
    held,
    [...held.rows.keys()].filter((i) => evaluationGames.has(held.rows[i].group) === forEvaluation),
  );
const fit = await linear.fit(
  train,
  halfOf(false),
  {},
  { task: 'binary', seed: SEED, log: noLog, threads: 1 },
);
const evaluation = halfOf(true);
const rawOutputs = fitRaw(fit, evaluation);
const logistic = new Map(evaluation.rows.map(({ id }, i) => [id, sigmoid(rawOutputs[i])]));

const models: { name: string; of: (shot: Shot) => number }[] = [
  { name: 'overall mean', of: rateTable(() => '') },
  { name: 'table: distance × type', of: rateTable(placeOf) },
  { name: 'logistic, all features', of: (shot) => logistic.get(shot.id)! },
  {
    name: 'table: description × distance × type',
    of: rateTable((shot) => `${placeOf(shot)}/${shot.action}`),
  },
];
const results = models.map(({ name, of }) => {
  const predicted = evaluated.map(of);
  return {
    name,
    losses: evaluated.map((_, i) => METRICS.logLoss.compute([outcomes[i]], [predicted[i]])),
    logLoss: METRICS.logLoss.compute(outcomes, predicted),
    auc: METRICS.rocAuc.compute(outcomes, predicted),
    ece: METRICS.ece.compute(outcomes, predicted),
  };
});
show(
  tablePanel(
    `${evaluated.length.toLocaleString('en')} shots of ${evaluationGames.size} validation games`,
    ['model', 'log-loss', 'ROC AUC', 'ECE'],
    results.map(({ name, logLoss, auc, ece }) => [name, logLoss.toFixed(4), auc.toFixed(3), ece.toFixed(3)]),
  ),
);
const [constant, table, allFeatures, withDescriptions] = results;
const compare = (a: (typeof results)[number], b: (typeof results)[number]) =>
  pairedBootstrap({
    lossA: a.losses,
    lossB: b.losses,
    groups: evaluated.map((shot) => shot.game),
    seed: SEED,
  });
const piecewise = Number(fit.notes.knots) > 0;
finding(
  compare(table, constant).probabilityBetter > 0.95 &&
    compare(allFeatures, constant).probabilityBetter > 0.95,
  `Distance and type alone reduce the log-loss from ${constant.logLoss.toFixed(4)} to ${table.logLoss.toFixed(4)}; all features together, ${piecewise ? 'with' : 'without'} piecewise-linear terms, reduce it to ${allFeatures.logLoss.toFixed(4)}.`,
);
const gain = compare(withDescriptions, table);
if (ingested.simulated)
  finding(gain.high > -0.003, 'Descriptions add nothing here: the simulator chooses them by location alone.');
else
  finding(
    gain.high < -0.01 && withDescriptions.logLoss < allFeatures.logLoss,
    `Descriptions would reduce the log-loss far more than all legitimate features together, to ${withDescriptions.logLoss.toFixed(4)}. This is target leakage, because they are written after the outcome. They are excluded from the features.`,
  );
