import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from './environment.ts';

export interface BenchOptions {
  /** A fast run that checks that the benchmark works; its figures mean little. */
  smoke: boolean;
  /** Python that runs the peers, if there is one. */
  python: string | undefined;
}

/** One measured system; further fields become columns of the table. */
export interface BenchSystem {
  system: string;
  value: number;
  [detail: string]: unknown;
}

export interface BenchResult {
  name: string;
  unit: string;
  systems: BenchSystem[];
  /** The peer's value divided by ours; above 1, ours is smaller. Null if no peer could be run. */
  ratio: number | null;
  /** Why a peer was skipped, and other remarks. */
  notes?: string[];
  environment: Environment;
  [detail: string]: unknown;
}

/** The exports of each `bench/*.ts` that can be run by name. */
export interface Bench {
  name: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

/**
 * Runs a script of `bench/peers` and reads the JSON that it prints.
 * @returns the reason instead of a result if there is no Python or it lacks a package (exit status 3)
 */
export async function runPeer<T>(
  python: string | undefined,
  script: string,
  args: readonly string[],
): Promise<{ result: T } | { result?: undefined; reason: string }> {
  if (!python) return { reason: `${script} was skipped: no Python was found (set TOUCHLINE_PYTHON).` };
  const path = new URL(`./peers/${script}`, import.meta.url).pathname;
  try {
    const { stdout } = await promisify(execFile)(python, [path, ...args], { maxBuffer: 2 ** 28 });
    return { result: JSON.parse(stdout) as T };
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 3 || code === 'ENOENT')
      return { reason: `${script} was skipped: ${stderr?.trim() || `${python} cannot be started`}.` };
    throw error;
  }
}

/** Median of `repeats` runs, in milliseconds. */
export async function medianMs(repeats: number, task: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await task();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)];
}

/**
 * The middle value; of an even number of values the upper one of the two.
 */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
