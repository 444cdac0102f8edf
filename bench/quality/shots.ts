import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Matrix } from '../../datasets/matrix.ts';
import { readTraining } from '../../datasets/snapshots/read-training.ts';
import { shots } from '../../pipelines/shots.ts';
import { LOSSES } from '../../registry/losses.ts';
import { metricInterval, pairedBootstrap } from '../../statistics/bootstrap.ts';
import { METRICS } from '../../statistics/metrics.ts';
import { type BenchOptions, type BenchSystem, runPeer } from '../bench.ts';
import {
  heldOutOf,
  loadCandidate,
  type ProductResult,
  realData,
  trainAll,
  withTemporaryPlatform,
} from './harness.ts';

const FOLDER = 'nba-shots-2015/events';
/** Differences of log-loss up to this are a tie. */
const TIE = 0.001;
const MAX_ECE = 0.015;
/** Prior weight of a cell of the table, in shots. */
const PRIOR = 20;
const FEET_A_METRE = 3.28084;
/** A smoke run: enough games for every part, and only fast estimators. */
const SMOKE = { limit: 9_000, estimators: ['linear', 'boosting'] };

interface Peer {
  system: string;
  seconds: number;
  predicted: number[];
}

/** Success rate by distance in feet and points, smoothed towards the mean: a baseline without a model. */
function tableModel(train: Matrix): (matrix: Matrix) => Float64Array {
  const width = train.columns.length;
  const at = (name: string) => train.columns.findIndex((column) => column.name === name);
  const [distance, type] = [at('distance_m'), at('shot_type')];
  const cellOf = ({ values }: Matrix, row: number) => {
    const feet = Math.min(35, Math.round(values[row * width + distance] * FEET_A_METRE));
    return `${values[row * width + type]}:${feet}`;
  };
  const mean = train.target.reduce((sum, y) => sum + y, 0) / train.target.length;
  const cells = new Map<string, { made: number; shots: number }>();
  train.target.forEach((made, row) => {
    const key = cellOf(train, row);
    const cell = cells.get(key) ?? { made: 0, shots: 0 };
    cells.set(key, { made: cell.made + made, shots: cell.shots + 1 });
  });
  return (matrix) =>
    matrix.target.map((_, row) => {
      const { made, shots } = cells.get(cellOf(matrix, row)) ?? { made: 0, shots: 0 };
      return (made + PRIOR * mean) / (shots + PRIOR);
    });
}

/** The parts as files for a peer, without the columns that this source lacks. */
async function askPeers(python: string | undefined, parts: Record<'train' | 'validation' | 'test', Matrix>) {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-quality-'));
  try {
    const { columns, values } = parts.train;
    const kept = columns.flatMap((_, j) => {
      for (let i = j; i < values.length; i += columns.length) if (!Number.isNaN(values[i])) return [j];
      return [];
    });
    const rows: Record<string, number> = {};
    for (const [part, matrix] of Object.entries(parts)) {
      rows[part] = matrix.rows.length;
      const x = new Float32Array(matrix.rows.length * kept.length);
      for (let row = 0; row < matrix.rows.length; row++)
        kept.forEach((j, k) => {
          x[row * kept.length + k] = matrix.values[row * columns.length + j];
        });
      writeFileSync(join(folder, `${part}.x`), x);
      writeFileSync(join(folder, `${part}.y`), matrix.target);
    }
    writeFileSync(
      join(folder, 'columns.json'),
      JSON.stringify({ columns: kept.map((j) => columns[j].name), rows }),
    );
    return await runPeer<Peer[]>(python, 'shots_models.py', [folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Shots of 500 games in order of time, through the steps of `touchline run`: every candidate on the last 75 games, which
 * neither training nor selection used, compared with Python's models on the same rows and columns.
 */
export async function benchShots({ smoke, python }: BenchOptions): Promise<ProductResult | undefined> {
  const from = realData(FOLDER);
  if (!from) return undefined;
  return withTemporaryPlatform(async (platform) => {
    const trained = await trainAll(shots, { from, ...(smoke && SMOKE) }, platform);
    const { snapshot, candidates, best, seconds } = trained;
    const { train, validation } = await readTraining(snapshot, shots.features, { ...platform, seed: 1 });
    const champion = await loadCandidate(best.package, platform);
    const test = await heldOutOf(champion, snapshot, shots, platform);
    const groups = test.rows.map((row) => row.group);
    const shown: ProductResult = { systems: [], notes: [], figures: { seconds } };
    const show = (system: string, predicted: ArrayLike<number>, detail: Partial<BenchSystem> = {}) => {
      const options = { actual: test.target, predicted, groups, seed: 1, samples: 500 };
      const loss = metricInterval({ ...options, metric: METRICS.logLoss });
      shown.systems.push({
        ...{ system, product: 'shots', metric: 'log-loss', ...loss },
        ...{
          auc: METRICS.rocAuc.compute(test.target, predicted),
          ece: METRICS.ece.compute(test.target, predicted),
        },
        ...detail,
      });
    };

    const mean = train.target.reduce((sum, y) => sum + y, 0) / train.target.length;
    show('base rate', new Float64Array(test.rows.length).fill(mean));
    show('table of distance × 2/3 points', tableModel(train)(test));
    let ours = new Float64Array(0);
    for (const candidate of candidates) {
      if (candidate.package === undefined) continue;
      const model = await loadCandidate(candidate.package, platform);
      const { value } = await model.predict(test.values);
      await model.close();
      if (candidate.run === best.run) ours = Float64Array.from(value);
      const chosen = candidate.run === best.run ? ' (best on validation)' : '';
      const { seconds, validation } = candidate;
      show(`touchline ${candidate.estimator}${chosen}`, value, { validation: validation.logLoss, seconds });
    }
    await champion.close();
    const ece = METRICS.ece.compute(test.target, ours);
    shown.figures.ece = ece;
    const rows = `${snapshot.splits.test.rows} shots of ${snapshot.splits.test.groups} games`;
    shown.notes.push(
      `shots: calibration error of ${best.estimator} ${ece.toFixed(4)} on ${rows} (${ece <= MAX_ECE ? 'within' : 'above'} ${MAX_ECE}); etl, snapshot and all candidates in ${Math.round(seconds)} s.`,
    );

    const peer = await askPeers(python, { train, validation, test });
    if (!peer.result) {
      shown.notes.push(`shots: ${peer.reason}`);
      return shown;
    }
    for (const { system, seconds, predicted } of peer.result) show(system, predicted, { seconds });
    const average = ours.map(
      (_, row) => peer.result.reduce((sum, { predicted }) => sum + predicted[row], 0) / peer.result.length,
    );
    show(`average of these ${peer.result.length}`, average);
    const lossOf = (predicted: Float64Array) => predicted.map((p, row) => LOSSES.log(test.target[row], p));
    const { difference, low, high } = pairedBootstrap({
      ...{ lossA: lossOf(ours), lossB: lossOf(average), groups, seed: 1 },
    });
    const verdict =
      Math.abs(difference) < TIE
        ? 'a tie'
        : difference < 0
          ? 'better'
          : low > 0
            ? 'worse'
            : 'not significantly worse';
    shown.figures.againstAverage = { difference, low, high, verdict };
    shown.notes.push(
      `shots: ${best.estimator} minus the average: ${difference.toFixed(5)} [${low.toFixed(5)}, ${high.toFixed(5)}] in log-loss: ${verdict} (margin ${TIE}).`,
    );
    const mine = METRICS.logLoss.compute(test.target, ours);
    shown.ratio = METRICS.logLoss.compute(test.target, average) / mine;
    return shown;
  });
}
