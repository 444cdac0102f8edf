import type { Matrix } from '../../datasets/matrix.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { panelOf } from '../../pipelines/inspect/panel.ts';
import { skiJumps } from '../../pipelines/ski-jumps.ts';
import { etlStep } from '../../pipelines/steps/etl.ts';
import { noProgress } from '../../platform/progress.ts';
import type { Stored } from '../../platform/store/store.ts';
import { metricInterval, pairedBootstrap } from '../../statistics/bootstrap.ts';
import { METRICS } from '../../statistics/metrics.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import { raterTargets } from '../../training/rater-model.ts';
import { type ProductResult, realData, withTemporaryPlatform } from './harness.ts';
import { leaveOneGroupOut } from './leave-one-out.ts';

const FOLDER = 'skijump-judged';
/** Style marks go to 20, our scores to 10: errors are shown on the source's scale. */
const MARKS_PER_POINT = 2;

/**
 * The judges of 100 ski jumps, and whether a pose model predicts the 32 jumps with poses better than their mean,
 * leaving one athlete out.
 */
export async function benchSkiJumps(): Promise<ProductResult | undefined> {
  const from = realData(FOLDER);
  if (!from) return undefined;
  return withTemporaryPlatform(async (platform) => {
    await etlStep(skiJumps, { from }, { platform, maxFileBytes: 2 ** 30 }, { progress: noProgress });
    const panel = await panelOf(skiJumps, platform);
    const { icc, noiseCeiling } = panel ?? {};
    const shown: ProductResult = { systems: [], notes: [], figures: { icc, noiseCeiling } };
    const common = { product: 'ski-jumps' };
    if (icc && noiseCeiling) {
      const { single, average, items: rows } = icc;
      shown.systems.push(
        { system: 'one judge', ...common, metric: 'ICC(2,1)', ...single, rows },
        { system: 'mean of five judges', ...common, metric: 'ICC(2,k)', ...average, rows },
        {
          ...{ system: 'a judge against the other four', ...common, metric: 'MAE of 20' },
          ...{ value: noiseCeiling.mae * MARKS_PER_POINT, r2: noiseCeiling.r2, rows },
        },
      );
    }

    const rows: Stored<GoldRow>[] = [];
    for await (const row of platform.store.collection<GoldRow>('gold_ski-jumps').all()) rows.push(row);
    const target = Float64Array.from(rows, (row) => row.target);
    const groups = rows.map((row) => row.group);
    const show = (system: string, predicted: Float64Array, mean: Float64Array) => {
      const [r2, mae] = (['r2', 'mae'] as const).map((name) =>
        metricInterval({ metric: METRICS[name], actual: target, predicted, groups, seed: 1 }),
      );
      const gain = pairedBootstrap({
        lossA: mean.map((one, i) => MARKS_PER_POINT * Math.abs(target[i] - one)),
        lossB: predicted.map((one, i) => MARKS_PER_POINT * Math.abs(target[i] - one)),
        groups,
        seed: 1,
      });
      shown.systems.push({
        ...{ system, ...common, metric: 'MAE of 20', rows: rows.length },
        ...{
          value: MARKS_PER_POINT * mae.value,
          low: MARKS_PER_POINT * mae.low,
          high: MARKS_PER_POINT * mae.high,
        },
        r2: r2.value,
      });
      return gain;
    };
    const lines: string[] = [];
    for (const [name, params] of Object.entries(skiJumps.training.estimators)) {
      const left = await leaveOneGroupOut(
        ...([rows, skiJumps.features, ESTIMATORS.named(name), params, [0, 10]] as const),
        (train: Matrix) => raterTargets(train),
      );
      if (lines.length === 0) show('mean of the other athletes', left.mean, left.mean);
      const { difference, low, high } = show(`touchline ${name}`, left.predicted, left.mean);
      const verdict = low > 0 ? 'better than the mean' : 'not significantly better than the mean';
      lines.push(
        `${name}: ${difference.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] marks below the mean's error, ${verdict}`,
      );
      shown.figures[name] = { difference, low, high };
    }
    shown.notes.push(`ski-jumps: ${lines.join('; ')}.`);
    return shown;
  });
}
