import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Backend, chooseBackend } from '../training/estimators/neural/backend.ts';
import { type BenchOptions, type BenchResult, type BenchSystem, median } from './bench.ts';
import { environment } from './environment.ts';

export const name = 'networks';

/** A network by its inputs and the units of each layer, with the number of steps and the rows per step. */
export interface NetworksJob {
  sizes: number[];
  batch: number;
  steps: number;
}

const PRODUCT = [60, 128, 64, 32, 1];
const CASES: NetworksJob[] = [
  { sizes: PRODUCT, batch: 32, steps: 1_000 },
  { sizes: PRODUCT, batch: 256, steps: 400 },
  { sizes: PRODUCT, batch: 2_048, steps: 60 },
  { sizes: [60, 1_024, 1_024, 1], batch: 256, steps: 20 },
];
/** Where `scripts/services/tfjs-native.sh` puts the native package. */
const ENGINES = new URL('../.services/engines', import.meta.url).pathname;

async function train(job: NetworksJob, backend: Backend): Promise<{ ms: number; loss: number }> {
  const script = new URL('./networks/train.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', script, JSON.stringify([job, backend])],
  ]);
  return JSON.parse(stdout);
}

/**
 * One training step of the same network on wasm and on the installed native backend, each in its own process. They
 * alternate, so that other load affects both.
 */
export async function run({ smoke }: BenchOptions): Promise<BenchResult> {
  const native = await chooseBackend(ENGINES);
  const backends: Backend[] = [{ name: 'wasm', reason: '' }, ...(native.native ? [native] : [])];
  const systems: BenchSystem[] = [];
  const ratios: Record<string, number> = {};
  for (const full of CASES) {
    const job = smoke ? { ...full, steps: 3 } : full;
    const title = `${job.sizes.join('-')}, ${job.batch} rows per step`;
    const runs: { ms: number; loss: number }[][] = backends.map(() => []);
    for (let i = 0; i < (smoke ? 1 : 3); i++)
      for (const [b, backend] of backends.entries()) runs[b].push(await train(job, backend));
    const times = runs.map((done) => median(done.map(({ ms }) => ms)));
    backends.forEach((backend, b) => {
      systems.push({ system: backend.name, value: times[b], case: title, loss: runs[b][0].loss });
    });
    if (native.native) ratios[title] = times[0] / times[1];
  }
  return {
    ...{ name, unit: 'ms per step', systems, ratios },
    // Wasm divided by native, for the product's own network with few rows per step, which is the most common training.
    ratio: Object.values(ratios)[0] ?? null,
    notes: native.native ? [] : [`${native.reason}; scripts/services/tfjs-native.sh builds one.`],
    environment: environment(),
  };
}
