import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BenchOptions, type BenchResult, type BenchSystem, median, runPeer } from './bench.ts';
import { environment } from './environment.ts';
import { syntheticRows } from './trees/rows.ts';

export const name = 'trees';

/** The task of every system; the file contains float32 numbers: values row by row, then targets. */
export interface TreesJob {
  path: string;
  task: 'regression' | 'binary';
  train: number;
  heldOut: number;
  width: number;
  trees: number;
  depth: number;
  threads: number;
}

interface Case extends Omit<TreesJob, 'path' | 'threads'> {
  title: string;
  /** Goal: our time divided by XGBoost's. */
  goal: number;
}

const CASES: Case[] = [
  {
    ...{
      title: '5k × 60',
      task: 'regression',
      train: 5_000,
      heldOut: 5_000,
      width: 60,
      trees: 500,
      depth: 6,
    },
    goal: 1,
  },
  {
    ...{
      title: '200k × 28',
      task: 'binary',
      train: 200_000,
      heldOut: 50_000,
      width: 28,
      trees: 200,
      depth: 6,
    },
    goal: 2,
  },
];
const SMOKE: Case[] = CASES.map((full) => ({
  ...full,
  ...{ title: `${full.title}, a small part`, train: full.train / 50, heldOut: 500, trees: 20 },
}));

interface Fitted {
  system: string;
  ms: number;
  cpuMs: number;
  peakMiB: number;
  error: number;
}

function writeRows(path: string, one: Case): void {
  const { values, target } = syntheticRows(one, one.train + one.heldOut);
  writeFileSync(path, Buffer.concat([values, target].map((part) => new Uint8Array(part.buffer))));
}

async function fitOurs(job: TreesJob): Promise<Fitted[]> {
  const script = new URL('./trees/fit.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', script, JSON.stringify(job)],
  ]);
  return JSON.parse(stdout) as Fitted[];
}

/**
 * Boosting of equal depth, rounds, bins, sampling and threads on the same file, each fit in its own process. The systems
 * alternate, so that other load affects all of them. The time is that of the fit, data structures included.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-bench-'));
  const systems: BenchSystem[] = [];
  const notes = new Set<string>();
  const ratios: Record<string, number> = {};
  const threadCounts = options.smoke ? [1] : [...new Set([1, Math.min(cpus().length, 4)])];
  try {
    for (const one of options.smoke ? SMOKE : CASES) {
      const path = join(folder, 'rows.bin');
      writeRows(path, one);
      for (const threads of threadCounts) {
        const { title, goal, ...rest } = one;
        const job: TreesJob = { ...rest, path, threads };
        const fitted = new Map<string, Fitted[]>();
        const keep = (found: Fitted[]) => {
          for (const fit of found) fitted.set(fit.system, [...(fitted.get(fit.system) ?? []), fit]);
        };
        for (let turn = 0; turn < (options.smoke ? 1 : 3); turn++) {
          keep(await fitOurs(job));
          for (const peer of ['xgboost', 'lightgbm']) {
            const { result, ...left } = await runPeer<Fitted[]>(options.python, 'trees.py', [
              ...[peer, JSON.stringify(job)],
            ]);
            if (result) keep(result);
            else if ('reason' in left) notes.add(left.reason);
          }
        }
        const times = new Map<string, number>();
        for (const [system, fits] of fitted) {
          const value = median(fits.map(({ ms }) => ms)) / 1000;
          times.set(system.split(' ')[0], value);
          systems.push({
            ...{ system, value, case: title, threads },
            cpuSeconds: median(fits.map(({ cpuMs }) => cpuMs)) / 1000,
            peakMiB: Math.round(median(fits.map(({ peakMiB }) => peakMiB))),
            heldOutError: fits[0].error,
          });
        }
        const theirs = times.get('xgboost');
        if (theirs === undefined) continue;
        const ratio = theirs / (times.get('touchline') as number);
        ratios[`${title}, ${threads} threads`] = ratio;
        if (!options.smoke && ratio < 1 / goal)
          notes.add(`${title}, ${threads} threads: slower than the goal of ${goal} times XGBoost's time.`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    ...{ name, unit: 'seconds per fit', systems, ratios, notes: [...notes] },
    ratio: Object.keys(ratios).length > 0 ? Math.min(...Object.values(ratios)) : null,
    environment: environment(),
  };
}
