import type { Rating } from '../../datasets/matrix.ts';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import type { LoadedModel } from '../../models/package/package.ts';
import { rulesModel } from '../../models/rules/biomechanics.ts';
import { biomechanics, biomechanicsFeatures } from '../../pipelines/biomechanics.ts';
import { metricInterval, pairedBootstrap } from '../../statistics/bootstrap.ts';
import { METRICS } from '../../statistics/metrics.ts';
import { fitRaterModel } from '../../training/rater-model.ts';
import { type BenchOptions, medianMs } from '../bench.ts';
import { heldOutOf, loadCandidate, type ProductResult, trainAll, withTemporaryPlatform } from './harness.ts';

const PANEL = { clips: 300, athletes: 60, experts: 8 };
const SMOKE = { estimators: ['linear'] };

/** Largest error of an expert's bias that the rater model makes on a simulated panel, in points. */
export function worstBias(seed: number): number {
  const { scores, truth } = simulateClips({ ...PANEL, seed });
  const items = new Map<string, Rating[]>();
  for (const { action, rater, score } of scores)
    items.set(action, [...(items.get(action) ?? []), { rater, score }]);
  const { raters } = fitRaterModel([...items.values()]);
  const errors = truth.experts.map(({ rater, bias }) =>
    Math.abs(raters.find((one) => one.rater === rater)!.bias - bias),
  );
  return Math.max(...errors);
}

interface Times {
  /** Median elapsed time. */
  median: number;
  /** Mean CPU time, independent of other load. */
  processor: number;
}

/** Milliseconds from poses to a score, without and with the reasons. */
export async function scoreTimes(
  model: LoadedModel,
  repeats: number,
): Promise<{ score: Times; explained: Times }> {
  const { actions } = simulateClips({ clips: 40, athletes: 20, experts: 1, seed: 99 });
  let next = 0;
  const score = async (explained: boolean) => {
    const row = Float32Array.from(biomechanicsFeatures.extract(actions[next++ % actions.length]));
    await model.predict(row);
    if (explained) await model.explain(row);
  };
  const measured = async (explained: boolean): Promise<Times> => {
    const before = process.cpuUsage();
    const median = await medianMs(repeats, () => score(explained));
    const { user, system } = process.cpuUsage(before);
    return { median, processor: (user + system) / 1000 / repeats };
  };
  for (let i = 0; i < 20; i++) await score(true);
  return { score: await measured(false), explained: await measured(true) };
}

/** The simulated panel with known true scores: 600 clips of 60 athletes, a fifth of them held out. */
export async function benchSimulator({ smoke }: BenchOptions): Promise<ProductResult> {
  return withTemporaryPlatform(async (platform) => {
    const trained = await trainAll(biomechanics, { from: 'simulated', ...(smoke && SMOKE) }, platform);
    const { snapshot, candidates, best, seconds } = trained;
    const shown: ProductResult = { systems: [], notes: [], figures: { seconds } };
    const common = { product: 'biomechanics', rows: snapshot.splits.test.rows };
    const champion = await loadCandidate(best.package, platform);
    const test = await heldOutOf(champion, snapshot, biomechanics, platform);
    const groups = test.rows.map((row) => row.group);
    const show = (system: string, predicted: ArrayLike<number>, detail: Record<string, unknown> = {}) => {
      const [r2, mae] = (['r2', 'mae'] as const).map((name) =>
        metricInterval({ metric: METRICS[name], actual: test.target, predicted, groups, seed: 1 }),
      );
      shown.systems.push({
        ...{ system, ...common, metric: 'R² against the panel', ...r2 },
        ...{ mae: mae.value, ...detail },
      });
    };

    const rules = (await rulesModel(test.columns).predict(test.values)).value;
    show('fixed rules', rules);
    for (const candidate of candidates) {
      if (candidate.package === undefined) continue;
      const model = await loadCandidate(candidate.package, platform);
      const { value } = await model.predict(test.values);
      await model.close();
      const chosen = candidate.run === best.run ? ' (best on validation)' : '';
      show(`touchline ${candidate.estimator}${chosen}`, value, { seconds: candidate.seconds });
    }

    const { value } = await champion.predict(test.values);
    const errorsOf = (predicted: Float64Array) =>
      predicted.map((one, row) => Math.abs(test.target[row] - one));
    const gain = pairedBootstrap({ lossA: errorsOf(rules), lossB: errorsOf(value), groups, seed: 1 });
    const rulesMae = METRICS.mae.compute(test.target, rules);
    const share = gain.difference / rulesMae;
    shown.figures.betterThanRules = { share, difference: gain.difference, low: gain.low, high: gain.high };

    const times = await scoreTimes(champion, smoke ? 50 : 400);
    await champion.close();
    const ms = { ...common, rows: undefined, metric: 'ms, median' };
    shown.systems.push(
      { system: 'poses to score', ...ms, value: times.score.median, processor: times.score.processor },
      {
        ...{ system: 'poses to score with reasons', ...ms },
        ...{ value: times.explained.median, processor: times.explained.processor },
      },
    );
    shown.figures.times = times;

    const worst = (smoke ? [1] : [1, 2, 3, 4, 5]).map(worstBias);
    shown.figures.worstBias = worst;
    shown.notes.push(
      `biomechanics: the best candidate's error is ${(100 * share).toFixed(0)} % below that of the fixed rules, ${gain.difference.toFixed(2)} [${gain.low.toFixed(2)}, ${gain.high.toFixed(2)}] points; ` +
        `the largest error of an expert's bias over ${worst.length} panels of 8 experts and 300 clips is ${Math.max(...worst).toFixed(2)} points; everything in ${Math.round(seconds)} s.`,
    );
    return shown;
  });
}
