import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sigmoid } from '../models/predict.ts';
import { toTouchlineError } from '../platform/errors.ts';
import { loadConfig } from '../platform/load-config.ts';
import { ENGINES } from '../training/engines/catalog.ts';
import { installEngine } from '../training/engines/install.ts';
import { ESTIMATORS } from '../training/estimators/catalog.ts';
import { type BenchOptions, type BenchResult, type BenchSystem, median, runPeer } from './bench.ts';
import { CASES, type EngineCase } from './engines/cases.ts';
import { type EngineFit, type EngineJob, writeParts } from './engines/job.ts';
import { environment } from './environment.ts';

export const name = 'engines';

/** Goals: our time divided by Python's, and the largest difference of two predictions. */
const GOAL = { time: 1.1, difference: 1e-6 };
const FOLDER = new URL('../node_modules/.cache/touchline-bench/engines', import.meta.url).pathname;

async function fitOurs(job: EngineJob): Promise<EngineFit> {
  const script = new URL('./engines/fit.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', script, JSON.stringify(job), FOLDER];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as EngineFit;
}

/** @returns why an engine cannot be installed here */
async function installAll(index: string): Promise<string | undefined> {
  try {
    for (const engine of ENGINES.entries) await installEngine(engine, FOLDER, { index });
    return undefined;
  } catch (error) {
    return `The engines were skipped: ${toTouchlineError(error).message}`;
  }
}

/** Largest difference of two predictions; probabilities if the task is binary. */
function differenceOf(task: EngineCase['task'], ours: readonly number[], theirs: readonly number[]): number {
  const answer = task === 'binary' ? sigmoid : (raw: number) => raw;
  return ours.reduce((worst, raw, row) => Math.max(worst, Math.abs(answer(raw) - answer(theirs[row]))), 0);
}

/**
 * The official libraries called from here and from Python with the same rows, parameters, seed, early stopping and
 * threads, each in its own process, alternating. The time is that of one fit, data structures included, after a first
 * fit that loads the library.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const { config } = await loadConfig({ env: process.env, cwd: process.cwd() });
  const folder = mkdtempSync(join(tmpdir(), 'touchline-bench-'));
  const systems: BenchSystem[] = [];
  const notes = new Set<string>();
  const ratios: Record<string, number> = {};
  const differences: Record<string, number> = {};
  try {
    const missing = await installAll(config.engineIndex);
    if (missing) notes.add(missing);
    for (const makeCase of missing ? [] : CASES) {
      const one = await makeCase(options.smoke);
      if (one === undefined) continue;
      const file = writeParts(join(folder, 'rows.bin'), one.parts);
      for (const { name: engine } of ENGINES.entries) {
        const settings = { ...ESTIMATORS.named(engine).defaults, ...one.params[engine] };
        if (options.smoke) settings.trees = 20;
        for (const threads of options.smoke ? [1] : [...new Set([1, Math.min(cpus().length, 4)])]) {
          const { task, repeats } = one;
          const job: EngineJob = { ...file, engine, task, settings, threads, seed: 1, repeats };
          const ours: EngineFit[] = [];
          const theirs: EngineFit[] = [];
          for (let turn = 0; turn < (options.smoke ? 1 : 3); turn++) {
            ours.push(await fitOurs(job));
            const peer = await runPeer<EngineFit>(options.python, 'engines.py', [JSON.stringify(job)]);
            if (peer.result) theirs.push(peer.result);
            else notes.add(peer.reason);
          }
          const seconds = [ours, theirs].map((fits) => median(fits.map(({ ms }) => ms)) / 1_000);
          [ours, theirs].forEach(([fit], which) => {
            if (fit === undefined) return;
            const { system, trees } = fit;
            systems.push({ system, value: seconds[which], case: one.title, threads, trees });
          });
          if (theirs.length === 0) continue;
          const label = `${engine}, ${one.title}, ${threads} threads`;
          ratios[label] = seconds[1] / seconds[0];
          differences[label] = differenceOf(task, ours[0].raw, theirs[0].raw);
          if (!options.smoke && seconds[0] > GOAL.time * seconds[1])
            notes.add(`${label}: slower than the goal of ${GOAL.time} times Python's time.`);
          if (differences[label] > GOAL.difference)
            notes.add(`${label}: predictions differ by ${differences[label].toExponential(1)}.`);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const worst = Object.values(differences).reduce((a, b) => Math.max(a, b), 0);
  if (Object.keys(differences).length > 0)
    notes.add(`Largest difference between a prediction and Python's: ${worst.toExponential(1)}.`);
  return {
    ...{ name, unit: 'seconds per fit', systems, ratios, differences, notes: [...notes] },
    ratio: Object.keys(ratios).length > 0 ? Math.min(...Object.values(ratios)) : null,
    environment: environment(),
  };
}
