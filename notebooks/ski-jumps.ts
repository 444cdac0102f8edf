// %% [markdown]
// # Ski jumps: a real panel, and what cannot be learnt from it
//
// Five judges mark the style of each jump, from 0 to 20. How far do they agree, what is the error of one of them, and
// can the marks be told from the distance, the speed or the poses?

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
import { sourceNote, takeIn } from './support/data.ts';
import { simulateSkiJumps } from './support/simulated-ski-jumps.ts';
import { skeletons } from './support/skeleton.ts';
import { groupBy, mean, percent, tablePanel, withEnds } from './support/tables.ts';

const taken = await takeIn<ScoredRecord>(skiJumps, { folder: 'skijump-judged', simulate: simulateSkiJumps });
show(sourceNote('ski jumps of one discipline, marks as published', taken));

const SEED = 1;
const scores = taken.records.flatMap((record) => (record.kind === 'score' ? [record.score] : []));
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
    x: 'mark, of 20',
    edges: Array.from({ length: 13 }, (_, k) => 14 + k / 2),
    groups: [{ name: 'marks', values: all }],
  }),
  densityChart({
    title: 'How far judges lie apart on one jump',
    x: 'highest minus lowest mark',
    edges: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5],
    groups: [{ name: 'jumps', values: panel.map((marks) => Math.max(...marks) - Math.min(...marks)) }],
  }),
);
const narrow = all.filter((mark) => mark >= 16 && mark <= 19).length / all.length;
finding(
  narrow > 0.8,
  `The scale goes to 20, but ${percent(narrow, 0)} of the marks lie between 16 and 19: a difference of half a mark matters.`,
);

// %% [markdown]
// ## Agreement
//
// All six intraclass correlations of Shrout and Fleiss (1979) with intervals of 95 %. The first figure says how raters
// came about (1: others at every jump, 2: a sample of all, 3: these only), the second whether one mark is meant or the
// mean of all. A judge here is a seat: the file does not say whether the same person sits in it at every jump.

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
  `One judge agrees with another at ${icc['ICC(2,1)'].value.toFixed(4)}, the mean of five with that of five others at ${icc['ICC(2,k)'].value.toFixed(4)}.`,
);
finding(
  Math.abs(icc['ICC(1,1)'].value - icc['ICC(2,1)'].value) < 0.02,
  `Whether the seats are taken to be the same persons makes no difference: ICC(1,1) is ${icc['ICC(1,1)'].value.toFixed(4)}.`,
);

// %% [markdown]
// ## One judge against the other four
//
// What a model could at best be asked for: to come as near to the others as a judge does.

// %%
const against = ratersAgainstOthers(panel);
show(
  tablePanel(
    'Each judge against the mean of the others, marks of 20',
    ['judge', 'bias', 'MAE', 'RMSE', 'r', 'R²'],
    against.map((one) => [
      raters[one.rater],
      ...[one.bias, one.mae, one.rmse, one.pearson, one.r2].map((x) => x.toFixed(3)),
    ]),
  ),
);
const ceiling = mean(against.map(({ mae }) => mae));
const largest = Math.max(...against.map(({ bias }) => Math.abs(bias)));
finding(
  largest < ceiling / 2,
  `A judge misses the mean of the other four by ${ceiling.toFixed(3)} marks. Bias is the smaller part of it: ${largest.toFixed(3)} at most.`,
);

// %% [markdown]
// ## Dropping the highest and the lowest mark
//
// In competition only the middle three of five marks count. Does that protect against a biased judge, or does it cost?

// %%
const trimmed = (marks: readonly number[]) => mean([...marks].sort((a, b) => a - b).slice(1, -1));
const moved = panel.map((marks) => Math.abs(trimmed(marks) - mean(marks)));
const noiseOfOne = Math.sqrt(meanSquares.within);
finding(
  Math.max(...moved) < 0.5 && mean(moved) < noiseOfOne / 3,
  `It moves the style of a jump by ${mean(moved).toFixed(3)} marks on average and ${Math.max(...moved).toFixed(2)} at most, less than the noise of one mark (${noiseOfOne.toFixed(3)}). The mean of all five is kept as target: it uses what every judge saw.`,
);

// %% [markdown]
// ## Do distance, hill and speed tell the style?
//
// Ridge regressions on what is printed beside the marks. Each athlete is predicted by a fit without that athlete.

// %%
const PRINTED = ['jump', 'athlete_code', 'hill_k_m', 'distance_m', 'takeoff_speed_kmh'] as const;
const printed = new Map<string, Record<string, string>>();
const judges = { name: 'judges.csv', path: join(taken.from, 'judges.csv') };
const lines = readTable(csv, sourceFile(filePart(judges, Number.POSITIVE_INFINITY)), PRINTED);
for await (const { value } of lines) if (value) printed.set(value.jump, value);

const facts = jumps.map(({ jump }) => {
  const {
    athlete_code: athlete,
    hill_k_m: hill,
    distance_m: distance,
    takeoff_speed_kmh: speed,
  } = printed.get(jump)!;
  const known = { hill: Number(hill), distance: Number(distance), speed: Number(speed) };
  return { athlete, ...known, over: known.distance / known.hill };
});
type Fact = 'hill' | 'distance' | 'speed' | 'over';
const factMatrix = (names: readonly Fact[]): Matrix => ({
  columns: names.map((name): FeatureColumn => ({ name, kind: 'numeric', description: name })),
  values: Float32Array.from(facts.flatMap((fact) => names.map((name) => fact[name]))),
  target: Float64Array.from(style),
  weight: new Float64Array(facts.length).fill(1),
  rows: facts.map(({ athlete }, i) => ({ id: jumps[i].jump, group: athlete, slices: {} })),
});
/** Predictions of each row by a fit that had no part in its athlete. */
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
 * A table of guesses, each against always saying the median of the other athletes' jumps, which no other constant beats
 * in absolute error; R² compares with the mean, which is the best constant there.
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
      ['guess from', 'R² (95 %)', 'MAE', 'MAE more than that of the median'],
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

const ridge = { knots: 0 };
const trees = { trees: 60, depth: 6 };
const fromPrint = await compare('Style from what is printed, marks of 20', [
  ['distance', linear, ridge, factMatrix(['distance'])],
  ['distance ÷ hill', linear, ridge, factMatrix(['over'])],
  ['speed', linear, ridge, factMatrix(['speed'])],
  ['all three', linear, ridge, factMatrix(['distance', 'hill', 'speed'])],
  ['all three, by a forest', forest, trees, factMatrix(['distance', 'hill', 'speed'])],
]);
show(
  scatterChart({
    title: 'Style against distance',
    x: 'distance ÷ construction point of the hill',
    y: 'mean mark, of 20',
    groups: [{ name: 'jumps', points: facts.map(({ over }, i) => [over, style[i]] as const) }],
  }),
);
const straight = fromPrint.slice(0, -1);
const bestStraight = Math.max(...straight.map(({ r2 }) => r2.value));
const bent = fromPrint[fromPrint.length - 1];
finding(
  bestStraight < 0.05 && fromPrint.every(({ r2, difference }) => r2.low < 0 && difference.high > 0),
  `No straight line of it tells the style: the best R² is ${bestStraight.toFixed(3)}. A forest reaches ${withEnds(bent.r2)}, and its error is not clearly below that of a constant${bent.r2.value > 0 ? ': a lead for when there are more jumps, not a finding' : ''}.`,
);
if (!taken.simulated) {
  const LOW = 17;
  const landed = facts.flatMap(({ over }, i): [number, number][] =>
    style[i] >= LOW ? [[over, style[i]]] : [],
  );
  const rho = spearman(
    landed.map(([over]) => over),
    landed.map(([, mark]) => mark),
  );
  const halfway = linearQuantile(
    facts.map(({ over }) => over).sort((a, b) => a - b),
    0.5,
  );
  const low = facts.filter((_, i) => style[i] < LOW);
  const far = low.filter(({ over }) => over > halfway);
  finding(
    rho > 0.3 && 2 * far.length > low.length,
    `The picture says why: among the ${landed.length} jumps of ${LOW} marks or more, longer ones are marked higher (ρ = ${rho.toFixed(2)}), yet of the ${low.length} below, ${far.length} went further than half of all jumps. Which jumps these are is known only after the landing.`,
  );
}

// %% [markdown]
// ## What the poses look like
//
// The best and the worst marked jump of those with poses, at four moments; skis in colour.

// %%
const recorded = taken.records.flatMap((record) => (record.kind === 'action' ? [record.action] : []));
const marked = taken.rows.toSorted((a, b) => b.target - a.target);
const shown = [
  { name: 'best', row: marked[0] },
  { name: 'worst', row: marked[marked.length - 1] },
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
    title: 'Lean of the trunk over the jump',
    x: 'seconds',
    y: 'degrees from the vertical',
    lines: shown.map(({ name, lean }) => ({ name, points: lean })),
  }),
);

// %% [markdown]
// ## Do the poses tell the style?
//
// First every measure on its own. Among many measures of few jumps some correlate by chance, so the strongest is held
// against the strongest of shuffled marks. Then all of them together.

// %%
const poses: Matrix = (() => {
  const matrix = toMatrix(taken.rows, skiJumps.features, []);
  return { ...matrix, target: matrix.target.map((score) => 2 * score) };
})();
const measures = poses.columns.map(({ name }, j) => ({
  name,
  values: poses.rows.map((_, i) => poses.values[i * poses.columns.length + j]),
}));
const usable = measures.filter(({ values }) => values.every((x) => !Number.isNaN(x)));
const marks = Array.from(poses.target);
const strengths = usable
  .map(({ name, values }) => ({ name, value: spearman(values, marks) }))
  .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
show(barChart({ title: 'Measures against marks', x: 'Spearman’s ρ', bars: strengths.slice(0, 12) }));
const random = seeded(SEED, 'shuffled marks');
const ranked = usable.map(({ values }) => ranks(values));
const shuffled = Array.from({ length: 500 }, () => {
  const other = ranks(random.shuffle([...marks]));
  return Math.max(...ranked.map((values) => Math.abs(pearson(values, other))));
});
const chance = shuffled.filter((most) => most >= Math.abs(strengths[0].value)).length / shuffled.length;
finding(
  chance > 0.05,
  `The strongest of ${usable.length} measures on ${poses.rows.length} jumps, ${strengths[0].name}, has ρ = ${strengths[0].value.toFixed(2)}; shuffled marks have one as strong in ${percent(chance, 0)} of the cases. None stands out from chance.`,
);
const fromPoses = await compare('Style from poses, marks of 20', [
  ['all measures, ridge', linear, ridge, poses],
  ['all measures, forest', forest, trees, poses],
]);
const bestPose = fromPoses.reduce((a, b) => (b.r2.value > a.r2.value ? b : a));
finding(
  bestPose.r2.low < 0 && fromPoses.every(({ difference }) => difference.high > 0),
  `Nor do the poses: the best R² is ${withEnds(bestPose.r2)}, and no error is clearly below that of a constant. ${poses.rows.length} jumps of ${new Set(poses.rows.map((row) => row.group)).size} athletes are too few to learn style from.`,
);
