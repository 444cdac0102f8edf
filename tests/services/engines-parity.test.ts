import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPeer } from '../../bench/bench.ts';
import { squatsCase } from '../../bench/engines/cases.ts';
import { type EngineJob, type PeerFit, writeParts } from '../../bench/engines/job.ts';
import { realData } from '../../bench/quality/harness.ts';
import type { Matrix } from '../../datasets/matrix.ts';
import type { Task } from '../../models/definition.ts';
import { memberRawAll, sigmoid } from '../../models/predict.ts';
import { seeded } from '../../platform/random.ts';
import { servicePython } from '../../scripts/services/python.ts';
import { ENGINES } from '../../training/engines/catalog.ts';
import { noLog, type Params } from '../../training/estimator.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { smallMatrix } from '../training/fixtures.ts';
import { REQUIRED } from './real.ts';
import { realEngines } from './real-engines.ts';

const python = servicePython();
const engines = await realEngines();

/** Whether Python has exactly the pinned versions: others may grow other trees. */
function hasPeers(): boolean {
  const wanted = ENGINES.entries.map(({ name, version }) => `${name}.__version__ == '${version}'`);
  try {
    const script = `import xgboost, lightgbm\nassert ${wanted.join(' and ')}`;
    execFileSync(python ?? '', ['-c', script], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The same rows with other weights. */
function weighted(matrix: Matrix): Matrix {
  const random = seeded(9, 'weights');
  return { ...matrix, weight: matrix.weight.map(() => 0.2 + Math.fround(random.uniform())) };
}

const CASES: [title: string, task: Task, params: Params, change: (matrix: Matrix) => Matrix][] = [
  ['scores, as the source documents ask', 'regression', {}, (matrix) => matrix],
  ['weighted scores', 'regression', { rate: 0.05, depth: 3, lambda: 2, gamma: 0.1 }, weighted],
  ['outcomes, as the source documents ask', 'binary', {}, (matrix) => matrix],
  ['weighted outcomes', 'binary', { rowSample: 0.6, columnSample: 0.5, minChildWeight: 5 }, weighted],
];

const name = 'same numbers as Python (skipped without the engines, or a Python with the pinned versions)';
describe.skipIf(!engines || (!REQUIRED && !hasPeers()))(name, () => {
  /** Fits the same data here and in Python, and compares the predictions on unseen rows. */
  async function compare(
    engine: EngineJob['engine'],
    task: Task,
    parts: Parameters<typeof writeParts>[1],
    params: Params,
  ) {
    const estimator = ESTIMATORS.named(engine);
    const settings = { ...estimator.defaults, ...params };
    const file = writeParts(join(temporaryFolder(), 'rows.bin'), parts);
    const job: EngineJob = { ...file, engine, task, settings, seed: 7, threads: 1, repeats: 1 };
    const peer = await runPeer<PeerFit>(python, 'engines.py', [JSON.stringify(job)]);
    if (!peer.result) throw new Error(peer.reason);
    const context = { task, seed: 7, threads: 1, engines, log: noLog };
    const { members, notes } = await estimator.fit(parts.train, parts.validation, params, context);
    expect(notes.trees).toBe(peer.result.trees);
    const answer = task === 'binary' ? sigmoid : (raw: number) => raw;
    const ours = memberRawAll(members[0], parts.heldOut.values, parts.heldOut.columns.length);
    const difference = (theirs: number[]) => {
      expect(theirs).toHaveLength(ours.length);
      return theirs.reduce(
        (worst, raw, row) => Math.max(worst, Math.abs(answer(raw) - answer(ours[row]))),
        0,
      );
    };
    expect(difference(peer.result.exact)).toBeLessThan(1e-6);
    // Scores range from 0 to 10.
    expect(difference(peer.result.raw)).toBeLessThan(task === 'binary' ? 1e-6 : 1e-5);
  }

  describe.each(ENGINES.entries)('$title', ({ name: engine }) => {
    it.each(CASES)('%s, with missing values', async (_, task, params, change) => {
      const made = (rows: number, seed: number) => change(smallMatrix(rows, { task, seed, missing: 0.1 }));
      const parts = { train: made(2_000, 1), validation: made(500, 2), heldOut: made(500, 3) };
      await compare(engine, task, parts, params);
    });

    it.skipIf(!realData('squats-uiprmd'))('real squats', async () => {
      const { task, parts, params } = (await squatsCase(true))!;
      await compare(engine, task, parts, params[engine]);
    });
  });
});
