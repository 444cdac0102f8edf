// %% [markdown]
// # Ski jumps: a real panel, and the limits of what can be learned from it
//
// Five judges mark the style of each jump from 0 to 20. How well do they agree, how large is the error of a single judge,
// and can the marks be predicted from distance, speed or poses?

// %%
import { join } from 'node:path';
import { type FeatureColumn, type Matrix, takeRows } from '../datasets/matrix.ts';
import { computeAngles } from '../datasets/poses/angles.ts';
import { smooth } from '../datasets/poses/series.ts';
import { toTracks } from '../datasets/poses/tracks.ts';
import { toMatrix } from '../datasets/snapshots/to-matrix.ts';
import { filePart, sourceFile } from '../etl/files/parts.ts';
import { csv } from '../etl/formats/csv.ts';
import { readTable } from '../etl/read-table.ts';
import type { ScoredRecord } from '../etl/scored-record.ts';
import { skiJumps } from '../pipelines/ski-jumps.ts';
import { seeded } from '../platform/random.ts';
import { intraclassCorrelation, ratersAgainstOthers } from '../statistics/agreement.ts';
import { metricInterval, pairedBootstrap } from '../statistics/bootstrap.ts';
import { pearson, ranks, spearman } from '../statistics/correlation.ts';
import { METRICS } from '../statistics/metrics.ts';
import { linearQuantile } from '../statistics/quantile.ts';
import { type Estimator, noLog, type Params } from '../training/estimator.ts';
import { forest } from '../training/estimators/forest/forest.ts';
import { linear } from '../training/estimators/linear/linear.ts';
import { outOfFold } from '../training/out-of-fold.ts';
import { finding, show } from './notebook.ts';
import { barChart, densityChart, heatmapChart, lineChart, scatterChart } from './support/charts.ts';
import { ingest, sourceNote } from './support/data.ts';
import { simulateSkiJumps } from './support/simulated-ski-jumps.ts';
import { skeletons } from './support/skeleton.ts';
import { groupBy, mean, percent, tablePanel, withEnds } from './support/tables.ts';

const ingested = await ingest<ScoredRecord>(skiJumps, {
  folder: 'skijump-judged',
  simulate: simulateSkiJumps,
});
show(sourceNote('ski jumps of one discipline, marks as published', ingested));

const SEED = 1;
const scores = ingested.records.flatMap((record) => (record.kind === 'score' ? [record.score] : []));
const raters = [...new Set(scores.map((score) => score.rater))].sort();
const jumps = [...groupBy(scores, (score) => score.action)]
  .map(([jump, own]) => ({
    jump,
    // Scores are halved marks.
    marks: raters.map((rater) => 2 * (own.find((score) => score.rater === rater)?.score ?? Number.NaN)),
  }))
  .filter(({ marks }) => marks.every((mark) => !Number.isNaN(mark)));
const panel = jumps.map(({ marks }) => marks);
const style = panel.map(mean);

// %% [markdown]
// ## The marks

// %%
const all = panel.flat();
show(
  densityChart({
    title: 'Marks of all judges',
    x: 'mark, 0 to 20',
    edges: Array.from({ length: 13 }, (_, k) => 14 + k / 2),
    groups: [{ name: 'marks', values: all }],
  }),
  densityChart({
    title: 'Range of the marks of one jump',
    x: 'highest minus lowest mark',
    edges: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5],
    groups: [{ name: 'jumps', values: panel.map((marks) => Math.max(...marks) - Math.min(...marks)) }],
  }),
);
const narrow = all.filter((mark) => mark >= 16 && mark <= 19).length / all.length;
finding(
  narrow > 0.8,
  `The scale goes to 20, but ${percent(narrow, 0)} of the marks are between 16 and 19, so a difference of half a mark matters.`,
);

// %% [markdown]
// ## Agreement
//
// The six intraclass correlations of Shrout and Fleiss (1979) with 95 % intervals. The first number is the rater model
// (1: different raters for each jump, 2: a random sample of raters, 3: a fixed set of raters), and the second says
// whether the reliability is that of a single mark (1) or of the mean (k). A judge here is a seat on the panel: the file
// does not say whether the same person held it at every jump.

// %%
const { icc, meanSquares, items } = intraclassCorrelation(panel);
show(
  tablePanel(
    `Agreement on ${items} jumps`,
    ['form', 'ICC (95 %)'],
    Object.entries(icc).map(([form, one]) => [form, withEnds(one, 4)]),
  ),
  heatmapChart({
    title: 'Correlation between judges',
    names: raters,
    values: raters.map((_, a) =>
      raters.map((_, b) =>
        pearson(
          panel.map((marks) => marks[a]),
          panel.map((marks) => marks[b]),
        ),
      ),
    ),
  }),
);
finding(
  icc['ICC(2,k)'].value > 0.9 && icc['ICC(2,1)'].value < icc['ICC(2,k)'].value - 0.1,
  `The reliability of a single judge is ${icc['ICC(2,1)'].value.toFixed(4)}, and that of the mean of five judges is ${icc['ICC(2,k)'].value.toFixed(4)}.`,
);
finding(
  Math.abs(icc['ICC(1,1)'].value - icc['ICC(2,1)'].value) < 0.02,
  `Whether or not each seat is assumed to be one person makes no difference: ICC(1,1) is ${icc['ICC(1,1)'].value.toFixed(4)}.`,
);

// %% [markdown]
// ## One judge against the other four
//
// The best that can be expected of a model is to be as close to the other judges as a judge is.

// %%
const perJudge = ratersAgainstOthers(panel);
show(
  tablePanel(
    'Each judge against the mean of the others, in marks',
    ['judge', 'bias', 'MAE', 'RMSE', 'r', 'R²'],
    perJudge.map((one) => [
      raters[one.rater],
      ...[one.bias, one.mae, one.rmse, one.pearson, one.r2].map((x) => x.toFixed(3)),
    ]),
  ),
);
const ceiling = mean(perJudge.map(({ mae }) => mae));
const largest = Math.max(...perJudge.map(({ bias }) => Math.abs(bias)));
finding(
  largest < ceiling / 2,
  `A judge differs from the mean of the other four by ${ceiling.toFixed(3)} marks on average. Bias is the smaller part of this: at most ${largest.toFixed(3)}.`,
);

// %% [markdown]
// ## Dropping the highest and the lowest mark
//
// In competition, only the middle three of five marks count. Does that protect against a biased judge, or does it lose
// information?

// %%
const trimmed = (marks: readonly number[]) => mean([...marks].sort((a, b) => a - b).slice(1, -1));
const changes = panel.map((marks) => Math.abs(trimmed(marks) - mean(marks)));
const noiseOfOne = Math.sqrt(meanSquares.within);
finding(
  Math.max(...changes) < 0.5 && mean(changes) < noiseOfOne / 3,
  `Trimming changes the style score of a jump by ${mean(changes).toFixed(3)} marks on average and by at most ${Math.max(...changes).toFixed(2)}, less than the noise of one mark (${noiseOfOne.toFixed(3)}). The target remains the mean of all five marks, because it uses the information of every judge.`,
);

// %% [markdown]
// ## Do distance, hill and speed predict style?
//
// Models of the values published with the marks. Each athlete is predicted by a model that was trained without that
// athlete.

// %%
const PUBLISHED = ['jump', 'athlete_code', 'hill_k_m', 'distance_m', 'takeoff_speed_kmh'] as const;
const published = new Map<string, Record<string, string>>();
const judges = { name: 'judges.csv', path: join(ingested.from, 'judges.csv') };
const lines = readTable(csv, sourceFile(filePart(judges, Number.POSITIVE_INFINITY)), PUBLISHED);
for await (const { value } of lines) if (value) published.set(value.jump, value);

const covariates = jumps.map(({ jump }) => {
  const {
    athlete_code: athlete,
    hill_k_m: hill,
    distance_m: distance,
    takeoff_speed_kmh: speed,
  } = published.get(jump)!;
  const known = { hill: Number(hill), distance: Number(distance), speed: Number(speed) };
  return { athlete, ...known, relative: known.distance / known.hill };
});
type Covariate = 'hill' | 'distance' | 'speed' | 'relative';
const covariateMatrix = (names: readonly Covariate[]): Matrix => ({
  columns: names.map((name): FeatureColumn => ({ name, kind: 'numeric', description: name })),
  values: Float32Array.from(covariates.flatMap((row) => names.map((name) => row[name]))),
  target: Float64Array.from(style),
  weight: new Float64Array(covariates.length).fill(1),
  rows: covariates.map(({ athlete }, i) => ({ id: jumps[i].jump, group: athlete, slices: {} })),
});
/** Predictions of each row by a model that was trained without its athlete. */
function withoutAthlete(estimator: Estimator, matrix: Matrix, params: Params): Promise<Float64Array> {
  const athletes = [...new Set(matrix.rows.map((row) => row.group))];
  const fold = Int32Array.from(matrix.rows, (row) => athletes.indexOf(row.group));
  const context = { task: 'regression' as const, seed: SEED, log: noLog, threads: 1 };
  return outOfFold(estimator, matrix, takeRows(matrix, []), params, context, {
    fold,
    count: athletes.length,
  });
}
const judgedBy = (matrix: Matrix, predicted: Float64Array, metric: keyof typeof METRICS) =>
  metricInterval({
    metric: METRICS[metric],
    actual: matrix.target,
    predicted,
    groups: matrix.rows.map((row) => row.group),
    seed: SEED,
  });

/**
 * Compares models with a constant prediction, the median of the other athletes' jumps, which minimises absolute error. R²
 * compares them with the mean, which minimises squared error.
 */
async function compare(title: string, attempts: readonly [string, Estimator, Params, Matrix][]) {
  const results = [];
  for (const [name, estimator, params, matrix] of attempts) {
    const predicted = await withoutAthlete(estimator, matrix, params);
    const constant = matrix.rows.map(({ group }) => {
      const others = matrix.target.filter((_, i) => matrix.rows[i].group !== group).sort();
      return linearQuantile(others, 0.5);
    });
    const lossOf = (guess: ArrayLike<number>) =>
      Array.from(matrix.target, (mark, i) => Math.abs(mark - guess[i]));
    const difference = pairedBootstrap({
      lossA: lossOf(predicted),
      lossB: lossOf(constant),
      groups: matrix.rows.map((row) => row.group),
      seed: SEED,
    });
    const r2 = judgedBy(matrix, predicted, 'r2');
    results.push({ name, r2, mae: judgedBy(matrix, predicted, 'mae'), difference });
  }
  show(
    tablePanel(
      title,
      ['model', 'R² (95 %)', 'MAE', 'MAE minus that of the median (95 %)'],
      results.map(({ name, r2, mae, difference }) => [
        name,
        withEnds(r2),
        mae.value.toFixed(3),
        withEnds({ value: difference.difference, low: difference.low, high: difference.high }),
      ]),
    ),
  );
  return results;
}

const ridgeParams = { knots: 0 };
const forestParams = { trees: 60, depth: 6 };
const fromPublished = await compare('Style predicted from published values, in marks', [
  ['distance, ridge', linear, ridgeParams, covariateMatrix(['distance'])],
  ['distance ÷ K-point, ridge', linear, ridgeParams, covariateMatrix(['relative'])],
  ['speed, ridge', linear, ridgeParams, covariateMatrix(['speed'])],
  ['distance, hill and speed, ridge', linear, ridgeParams, covariateMatrix(['distance', 'hill', 'speed'])],
  ['distance, hill and speed, forest', forest, forestParams, covariateMatrix(['distance', 'hill', 'speed'])],
]);
show(
  scatterChart({
    title: 'Style and distance',
    x: 'distance ÷ K-point of the hill',
    y: 'mean mark, 0 to 20',
    groups: [{ name: 'jumps', points: covariates.map(({ relative }, i) => [relative, style[i]] as const) }],
  }),
);
const linearModels = fromPublished.slice(0, -1);
const bestLinear = Math.max(...linearModels.map(({ r2 }) => r2.value));
const byForest = fromPublished[fromPublished.length - 1];
finding(
  bestLinear < 0.05 && fromPublished.every(({ r2, difference }) => r2.low < 0 && difference.high > 0),
  `No linear model of these values predicts style: the best R² is ${bestLinear.toFixed(3)}. A forest reaches ${withEnds(byForest.r2)}, and its error is not significantly below that of a constant prediction${byForest.r2.value > 0 ? '. That is worth revisiting with more jumps, but it is not evidence' : ''}.`,
);
if (!ingested.simulated) {
  const LOW = 17;
  const regular = covariates.flatMap(({ relative }, i): [number, number][] =>
    style[i] >= LOW ? [[relative, style[i]]] : [],
  );
  const rho = spearman(
    regular.map(([relative]) => relative),
    regular.map(([, mark]) => mark),
  );
  const median = linearQuantile(
    covariates.map(({ relative }) => relative).sort((a, b) => a - b),
    0.5,
  );
  const low = covariates.filter((_, i) => style[i] < LOW);
  const far = low.filter(({ relative }) => relative > median);
  finding(
    rho > 0.3 && 2 * far.length > low.length,
    `The scatter plot suggests why: among the ${regular.length} jumps with at least ${LOW} marks, longer jumps get higher marks (ρ = ${rho.toFixed(2)}), but ${far.length} of the ${low.length} jumps below that went further than the median jump. Which jumps these are is known only after the landing.`,
  );
}

// %% [markdown]
// ## What the poses look like
//
// The jumps with the highest and the lowest marks among those with poses, at four moments. Skis are drawn in colour.

// %%
const recorded = ingested.records.flatMap((record) => (record.kind === 'action' ? [record.action] : []));
const byMark = ingested.rows.toSorted((a, b) => b.target - a.target);
const shown = [
  { name: 'best', row: byMark[0] },
  { name: 'worst', row: byMark[byMark.length - 1] },
].map(({ name, row }) => {
  const { poses } = recorded.find((action) => action.id === row.id)!;
  const tracks = toTracks(poses);
  const { trunk_lean: lean } = computeAngles(tracks);
  return {
    name: `${name} (${(2 * row.target).toFixed(1)})`,
    poses,
    lean: Array.from(smooth(lean, tracks.fps, 0.5), (angle, f) => [f / tracks.fps, angle] as const).filter(
      ([, angle]) => !Number.isNaN(angle),
    ),
  };
});
show(
  ...shown.map(({ name, poses }) =>
    skeletons(`The ${name.replace(' (', ' jump (')}`, poses, [0.1, 0.4, 0.7, 0.95]),
  ),
  lineChart({
    title: 'Trunk lean during the jump',
    x: 'seconds',
    y: 'degrees from the vertical',
    lines: shown.map(({ name, lean }) => ({ name, points: lean })),
  }),
);

// %% [markdown]
// ## Do the poses predict style?
//
// First every feature by itself. With many features and few jumps, some correlate by chance, so the strongest correlation
// is tested by permutation: it is compared with the strongest correlations after the marks are shuffled. Then all
// features together.

// %%
const poses: Matrix = (() => {
  const matrix = toMatrix(ingested.rows, skiJumps.features, []);
  return { ...matrix, target: matrix.target.map((score) => 2 * score) };
})();
const features = poses.columns.map(({ name }, j) => ({
  name,
  values: poses.rows.map((_, i) => poses.values[i * poses.columns.length + j]),
}));
const usable = features.filter(({ values }) => values.every((x) => !Number.isNaN(x)));
const marks = Array.from(poses.target);
const strengths = usable
  .map(({ name, values }) => ({ name, value: spearman(values, marks) }))
  .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
show(barChart({ title: 'Pose features and marks', x: 'Spearman’s ρ', bars: strengths.slice(0, 12) }));
const random = seeded(SEED, 'shuffled marks');
const ranked = usable.map(({ values }) => ranks(values));
const shuffled = Array.from({ length: 500 }, () => {
  const other = ranks(random.shuffle([...marks]));
  return Math.max(...ranked.map((values) => Math.abs(pearson(values, other))));
});
const pValue = shuffled.filter((most) => most >= Math.abs(strengths[0].value)).length / shuffled.length;
finding(
  pValue > 0.05,
  `The strongest of ${usable.length} features on ${poses.rows.length} jumps, ${strengths[0].name}, has ρ = ${strengths[0].value.toFixed(2)}. With shuffled marks, some feature correlates at least as strongly in ${percent(pValue, 0)} of ${shuffled.length} permutations, so no correlation is significant.`,
);
const fromPoses = await compare('Style predicted from poses, in marks', [
  ['all features, ridge', linear, ridgeParams, poses],
  ['all features, forest', forest, forestParams, poses],
]);
const bestPose = fromPoses.reduce((a, b) => (b.r2.value > a.r2.value ? b : a));
finding(
  bestPose.r2.low < 0 && fromPoses.every(({ difference }) => difference.high > 0),
  `The poses do not predict style either: the best R² is ${withEnds(bestPose.r2)}, and no error is significantly below that of a constant prediction. ${poses.rows.length} jumps by ${new Set(poses.rows.map((row) => row.group)).size} athletes are too few to learn style from.`,
);
