// %% [markdown]
// # Shots: what decides whether one goes in
//
// An exploration of the shots as they come from their source, before any model. Games are in order of time, and only
// those of the training part are looked at here; checks use the validation part. The test part belongs to the gate.

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
import { columnOf, matricesOf, sourceNote, takeIn } from './support/data.ts';
import { describe, groupBy, mean, percent, tablePanel } from './support/tables.ts';

const taken = await takeIn<Shot>(shots, { folder: 'nba-shots-2015/events', simulate: shots.simulate! });
show(sourceNote('play-by-play of one basketball season', taken));

const parts = splitGroups(taken.rows, shots.split);
const known = taken.records.filter((shot) => parts.get(shot.game) === 'train');
const later = taken.records.filter((shot) => parts.get(shot.game) === 'validation');
const rows = taken.rows.filter((row) => parts.get(row.group) === 'train');
const made = rows.map((row) => row.target);
const columns = shots.features.columns.map(({ name, unit }) => ({
  name,
  unit,
  values: columnOf(shots, rows, name),
}));
show(describe('Columns', [{ name: 'made', values: made }, ...columns]));

const SEED = 1;
/** Share that went in. Its interval is over games, so a row a game is enough for it. */
function rateOf(some: readonly Shot[]): Interval {
  const games = [...groupBy(some, (shot) => shot.game)].map(([game, own]) => ({
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
// Between the numbers that a model may see and the outcome. Columns that this source does not have are left out.

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
  `Of all columns, the distance goes along with the outcome most (r = ${byName('distance_m').toFixed(3)}), and that is little: one shot is mostly luck.`,
);
const circumstances = ['period', 'seconds', 'margin', 'home'].filter((name) =>
  present.some((one) => one.name === name),
);
const strongest = Math.max(...circumstances.map((name) => Math.abs(byName(name))));
finding(
  strongest < 0.05,
  `The circumstances (${circumstances.join(', ')}) hardly go along with it: r is ${strongest.toFixed(3)} at most, up or down.`,
);

// %% [markdown]
// ## Success by type of shot
//
// Intervals are of 95 %, over whole games.

// %%
const types = [2, 3].map((type) => ({
  type,
  rate: rateOf(known.filter((shot) => shot.situation.shotType === type)),
}));
const [two, three] = types.map(({ rate }) => rate);
show(
  barChart({
    title: 'Success by type',
    x: 'share made',
    bars: types.map(({ type, rate }) => ({ name: `${type} points`, ...rate })),
  }),
  tablePanel(
    'Success by type',
    ['type', 'shots', 'made', 'points a shot'],
    types.map(({ type, rate }) => [
      `${type} points`,
      known.filter((shot) => shot.situation.shotType === type).length.toLocaleString('en'),
      percent(rate.value),
      (type * rate.value).toFixed(3),
    ]),
  ),
);
finding(
  two.low > three.high,
  `Shots for two go in more often than shots for three: ${percent(two.value)} against ${percent(three.value)}.`,
);
if (!taken.simulated)
  finding(
    3 * three.low > 2 * two.value,
    `A shot for three is still worth more: ${(3 * three.value).toFixed(3)} points against ${(2 * two.value).toFixed(3)}.`,
  );

// %% [markdown]
// ## Success by time left
//
// Seconds left in the period, in finer steps towards its end.

// %%
const CLOCK = [0, 2, 5, 10, 24, 60, 120, 240, 360, 480, 600, 721];
const byClock = CLOCK.slice(1).map((to, k) => {
  const some = known.filter(({ situation: { seconds = -1 } }) => seconds >= CLOCK[k] && seconds < to);
  return { name: `${CLOCK[k]}–${Math.min(720, to)} s`, from: CLOCK[k], shots: some.length, ...rateOf(some) };
});
show(barChart({ title: 'Success by time left', x: 'share made', bars: byClock }));
const calm = byClock.filter(({ from }) => from >= 24);
if (taken.simulated) {
  const hasty = rateOf(known.filter(({ situation: { seconds = 720 } }) => seconds < 5));
  finding(
    hasty.value < Math.min(...calm.map(({ value }) => value)),
    `In the last five seconds of a period ${percent(hasty.value)} go in, fewer than at any time with 24 seconds or more on the clock.`,
  );
} else {
  const [rushed] = byClock;
  finding(
    rushed.high < Math.min(...calm.map(({ low }) => low)),
    `In the last two seconds of a period ${percent(rushed.value)} go in, clearly fewer than at any time with 24 seconds or more on the clock.`,
  );
}
const calmest = calm.map(({ value }) => value);
const calmWidth = Math.max(...calmest) - Math.min(...calmest);
finding(
  calmWidth < (taken.simulated ? 0.08 : 0.04),
  `Before that the clock says little: from 24 seconds up the shares lie between ${percent(Math.min(...calmest))} and ${percent(Math.max(...calmest))}.`,
);

// %% [markdown]
// ## Success by distance
//
// In feet, as the sources count them.

// %%
const feetOf = (shot: Shot) => Math.round((shot.situation.distance ?? Number.NaN) / METRES_PER_FOOT);
const byFeet = (type: number) =>
  [
    ...groupBy(
      known.filter((shot) => shot.situation.shotType === type),
      feetOf,
    ),
  ]
    .filter(([feet, some]) => feet <= 30 && some.length >= 40)
    .sort(([a], [b]) => a - b)
    .map(([feet, some]) => ({ feet, ...rateOf(some) }));
const feetLines = [2, 3].map((type) => ({ type, points: byFeet(type) }));
show(
  lineChart({
    title: 'Success by distance',
    x: 'feet from the rim',
    y: 'share made',
    note: 'Bands are intervals of 95 % over games.',
    dots: true,
    lines: feetLines.map(({ type, points }) => ({
      name: `${type} points`,
      points: points.map(({ feet, value }) => [feet, value] as const),
      band: points.map(({ low, high }) => [low, high] as const),
    })),
  }),
  densityChart({
    title: 'Density of distance by type',
    x: 'feet from the rim',
    edges: Array.from({ length: 16 }, (_, k) => 2 * k),
    groups: [2, 3].map((type) => ({
      name: `${type} points`,
      values: known.filter((shot) => shot.situation.shotType === type).map(feetOf),
    })),
  }),
);
const within = (low: number, high: number) =>
  rateOf(known.filter((shot) => shot.situation.shotType === 2 && feetOf(shot) >= low && feetOf(shot) < high));
const rim = within(0, 3);
const middle = [5, 9, 13, 17].map((feet) => within(feet, feet + 4).value);
finding(
  rim.low - Math.max(...middle) > 2 * (Math.max(...middle) - Math.min(...middle)),
  `Below three feet ${percent(rim.value)} go in; from five feet to the line it is ${percent(Math.min(...middle))} to ${percent(Math.max(...middle))}, so most of the fall happens close to the rim. A straight line in the distance misses that; linear models are offered bends.`,
);
const closeThrees = known.filter((shot) => shot.situation.shotType === 3 && feetOf(shot) <= 22);
const farTwos = known.filter((shot) => shot.situation.shotType === 2 && feetOf(shot) >= 19);
finding(
  closeThrees.length > 0 && Math.abs(rateOf(closeThrees).value - rateOf(farTwos).value) < 0.05,
  `A two from 19 feet or more (${percent(rateOf(farTwos).value)}) is about as hard as a three from the corner, 22 feet (${percent(rateOf(closeThrees).value)}), and brings a point less.`,
);

// %% [markdown]
// ## Position against distance
//
// Play-by-play text has no place on the floor; files of 22 columns have. This cell always takes simulated ones.

// %%
const floor = simulateShots({ games: 12, shotsPerGame: 100, seed: SEED }).rows.map((row) =>
  shotFromColumns(shotColumnsSchema.parse(row)),
);
const spots = floor.map(({ situation: { x = 0, y = 0, distance = 0, shotType } }) => ({
  ...{ x: x / 10, y: y / 10, shotType, feet: distance / METRES_PER_FOOT },
  straight: Math.hypot(x, y) / 10,
}));
show(
  scatterChart({
    title: 'Where shots are taken from',
    x: 'feet to the right of the rim',
    y: 'feet along the floor',
    yEnds: [-5, 40],
    groups: [2, 3].map((type) => ({
      name: `${type} points`,
      points: spots.filter((spot) => spot.shotType === type).map(({ x, y }) => [x, y] as const),
    })),
  }),
  scatterChart({
    title: 'Position against distance',
    x: 'feet from the rim by position',
    y: 'distance as printed, feet',
    groups: [{ name: 'shots', points: spots.map(({ straight, feet }) => [straight, feet] as const) }],
    line: [
      [0, 0],
      [40, 40],
    ],
  }),
);
const gaps = spots.map(({ straight, feet }) => straight - feet);
finding(
  Math.min(...gaps) > -0.01 && Math.max(...gaps) < 1.01,
  'The printed distance is that of the position, cut to whole feet: what a position adds is the direction.',
);

// %% [markdown]
// ## The words of the scorer
//
// The text calls each shot something: *driving layup*, *pullup jump*. These words are written down after the ball has
// come down, by a person who saw whether it went in. What they say about the outcome cannot be known before the shot.

// %%
const words = [
  ...groupBy(
    known.filter((shot) => shot.action !== undefined),
    (shot) => shot.action!,
  ),
]
  .filter(([, some]) => some.length >= known.length / 500)
  .map(([name, some]) => ({
    name,
    shots: some.length,
    rate: mean(some.map((shot) => Number(shot.made))),
    feet: mean(some.map(feetOf)),
  }))
  .sort((a, b) => b.shots - a.shots);
show(
  tablePanel(
    'The most frequent words',
    ['words', 'shots', 'made', 'mean distance (feet)'],
    words
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
    known.filter((shot) => feetOf(shot) <= 2 && shot.action),
    (shot) => shot.action!,
  ),
]
  .filter(([, some]) => some.length >= 50)
  .map(([name, some]) => ({ name, ...rateOf(some) }))
  .sort((a, b) => b.value - a.value);
show(
  barChart({
    title: 'Success by words, all from two feet or less',
    x: 'share made',
    xEnds: [0, 1],
    bars: atRim.length > 12 ? [...atRim.slice(0, 6), ...atRim.slice(-6)] : atRim,
    note: 'The six highest and the six lowest where there are more than twelve.',
  }),
);

// %% [markdown]
// ## What the situation is worth, and what the words would add
//
// Tables of shares and a logistic model, learnt on the first games and judged on later ones (every second game of the
// validation part; the other half chooses the model's penalty). Log-loss: the lower, the better.

// %%
const PRIOR = 50;
/** Share by key, smoothed towards the share of all. */
function shareTable(keyOf: (shot: Shot) => string): (shot: Shot) => number {
  const all = mean(known.map((shot) => Number(shot.made)));
  const cells = new Map(
    [...groupBy(known, keyOf)].map(([key, some]) => [
      key,
      (some.filter((shot) => shot.made).length + PRIOR * all) / (some.length + PRIOR),
    ]),
  );
  return (shot) => cells.get(keyOf(shot)) ?? all;
}
const laterGames = [...new Set(later.map((shot) => shot.game))].sort();
const judged = new Set(laterGames.filter((_, i) => i % 2 === 1));
const asked = later.filter((shot) => judged.has(shot.game));
const outcomes = asked.map((shot) => Number(shot.made));

const place = (shot: Shot) => `${shot.situation.shotType}/${Math.min(30, feetOf(shot))}`;
const { train, held } = matricesOf(
  shots,
  rows,
  taken.rows.filter((row) => parts.get(row.group) === 'validation'),
);
const half = (of: boolean) =>
  takeRows(
    held,
    [...held.rows.keys()].filter((i) => judged.has(held.rows[i].group) === of),
  );
const fit = await linear.fit(train, half(false), {}, { task: 'binary', seed: SEED, log: noLog, threads: 1 });
const question = half(true);
const raw = fitRaw(fit, question);
const logistic = new Map(question.rows.map(({ id }, i) => [id, sigmoid(raw[i])]));

const guesses: { name: string; of: (shot: Shot) => number }[] = [
  { name: 'always the mean', of: shareTable(() => '') },
  { name: 'table: distance × type', of: shareTable(place) },
  { name: 'logistic, all features', of: (shot) => logistic.get(shot.id)! },
  { name: 'table: words × distance', of: shareTable((shot) => `${place(shot)}/${shot.action}`) },
];
const results = guesses.map(({ name, of }) => {
  const predicted = asked.map(of);
  return {
    name,
    losses: asked.map((_, i) => METRICS.logLoss.compute([outcomes[i]], [predicted[i]])),
    logLoss: METRICS.logLoss.compute(outcomes, predicted),
    auc: METRICS.rocAuc.compute(outcomes, predicted),
    ece: METRICS.ece.compute(outcomes, predicted),
  };
});
show(
  tablePanel(
    `${asked.length.toLocaleString('en')} shots of ${judged.size} later games`,
    ['guess', 'log-loss', 'ROC AUC', 'ECE'],
    results.map(({ name, logLoss, auc, ece }) => [name, logLoss.toFixed(4), auc.toFixed(3), ece.toFixed(3)]),
  ),
);
const [constant, table, model, spoken] = results;
const compare = (a: (typeof results)[number], b: (typeof results)[number]) =>
  pairedBootstrap({ lossA: a.losses, lossB: b.losses, groups: asked.map((shot) => shot.game), seed: SEED });
const bent = Number(fit.notes.knots) > 0;
finding(
  compare(table, constant).probabilityBetter > 0.95 && compare(model, constant).probabilityBetter > 0.95,
  `Distance and type alone bring the log-loss from ${constant.logLoss.toFixed(4)} to ${table.logLoss.toFixed(4)}; all features together, ${bent ? 'with bends' : 'without bends'}, to ${model.logLoss.toFixed(4)}.`,
);
const gain = compare(spoken, table);
if (taken.simulated)
  finding(gain.high > -0.003, 'The words add nothing here: the simulator chooses them by the place alone.');
else
  finding(
    gain.high < -0.01 && spoken.logLoss < model.logLoss,
    `The words would add far more than all honest features together: ${spoken.logLoss.toFixed(4)}. Whatever is chosen after the outcome can do that. They stay out of the features.`,
  );
