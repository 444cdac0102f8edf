import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { squats } from '../../pipelines/squats.ts';
import { etlStep } from '../../pipelines/steps/etl.ts';
import { noProgress } from '../../platform/progress.ts';
import type { Stored } from '../../platform/store/store.ts';
import { metricInterval, pairedBootstrap } from '../../statistics/bootstrap.ts';
import { METRICS } from '../../statistics/metrics.ts';
import { linear } from '../../training/estimators/linear/linear.ts';
import { type BenchOptions, runPeer } from '../bench.ts';
import { type ProductResult, realData, withTemporaryPlatform } from './harness.ts';
import { leaveOneGroupOut } from './leave-one-out.ts';
import { withTable } from './with-table.ts';

const FOLDER = 'squats-uiprmd';
/** Results of earlier work on the same split, from `../shared`. */
const REFERENCE = { ridge: 0.842, templates: 0.859, goal: 0.85 };

interface Peer {
  version: string;
  predicted: number[];
}

/**
 * Leave-one-subject-out on 180 squats of 10 people: ridge on summaries, phases and template distances, templates learned
 * from the other training subjects only, λ over folds of training subjects.
 */
export async function benchSquats({ smoke, python }: BenchOptions): Promise<ProductResult | undefined> {
  const from = realData(FOLDER);
  if (!from) return undefined;
  return withTemporaryPlatform(async (platform) => {
    await etlStep(squats, { from }, { platform, maxFileBytes: 2 ** 30 }, { progress: noProgress });
    const rows: Stored<GoldRow>[] = [];
    for await (const row of platform.store.collection<GoldRow>('gold_squats').all()) rows.push(row);
    const subjects = new Set(rows.map((row) => row.group)).size;
    const target = Float64Array.from(rows, (row) => row.target);
    const groups = rows.map((row) => row.group);
    const shown: ProductResult = { systems: [], notes: [], figures: {} };
    const show = (system: string, predicted: ArrayLike<number>, detail: Record<string, unknown> = {}) => {
      const [r2, mae] = (['r2', 'mae'] as const).map((name) =>
        metricInterval({ metric: METRICS[name], actual: target, predicted, groups, seed: 1 }),
      );
      const { value, low, high } = r2;
      shown.systems.push({
        ...{ system, value, product: 'squats', metric: 'R²', low, high },
        ...{ mae: mae.value, ...detail },
      });
      return { r2, mae };
    };

    // One fold per training subject: λ is also selected on held-out people.
    const params = { knots: 0, folds: smoke ? 5 : subjects - 1 };
    const ours = await leaveOneGroupOut(rows, squats.features, linear, params, [0.5, 1]);
    shown.figures.touchline = show('touchline', ours.predicted);
    const { fitted: _, ...plain } = squats.features;
    if (!smoke) {
      const summaries = await leaveOneGroupOut(rows, plain, linear, params, [0.5, 1]);
      show('touchline, without templates', summaries.predicted);
    }
    show('mean of the training subjects', ours.mean);

    const peer = await withTable(rows, plain.columns.length, (path) =>
      runPeer<Peer>(python, 'squats_ridge.py', [path]),
    );
    if (peer.result) {
      const { predicted, version } = peer.result;
      const theirs = show(`scikit-learn ${version}, ridge on summaries`, predicted);
      const gain = pairedBootstrap({
        lossA: ours.predicted.map((one, i) => Math.abs(target[i] - one)),
        lossB: predicted.map((one, i) => Math.abs(target[i] - one)),
        groups,
        seed: 1,
      });
      shown.figures.againstRidge = gain;
      shown.ratio = theirs.mae.value / (shown.figures.touchline as typeof theirs).mae.value;
    } else shown.notes.push(`squats: ${peer.reason}`);
    shown.notes.push(
      `squats: references R² ${REFERENCE.ridge} (ridge on summaries) and ${REFERENCE.templates} (templates); the goal is ${REFERENCE.goal}. ` +
        'The features were chosen while looking at these same 180 repetitions, and the scores come from a statistical model of them: the interval covers the choice of people, not that of the features.',
    );
    return shown;
  });
}
