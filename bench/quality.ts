import type { BenchOptions, BenchResult, BenchSystem } from './bench.ts';
import { environment } from './environment.ts';
import type { ProductResult } from './quality/harness.ts';
import { benchShots } from './quality/shots.ts';
import { benchSimulator } from './quality/simulator.ts';
import { benchSkiJumps } from './quality/ski-jumps.ts';
import { benchSquats } from './quality/squats.ts';

export const name = 'quality';

const PRODUCTS: Record<string, (options: BenchOptions) => Promise<ProductResult | undefined>> = {
  shots: benchShots,
  squats: benchSquats,
  'ski-jumps': benchSkiJumps,
  biomechanics: benchSimulator,
};

/**
 * Quality of the products on held-out people and games, compared with Python on the same rows: on real data where
 * `../shared/data` exists, and on the simulated panel.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const systems: BenchSystem[] = [];
  const notes: string[] = [];
  const figures: Record<string, Record<string, unknown>> = {};
  let ratio: number | null = null;
  for (const [product, show] of Object.entries(PRODUCTS)) {
    const shown = await show(options);
    if (!shown) {
      notes.push(`${product}: skipped because its data is not in ../shared/data.`);
      continue;
    }
    systems.push(...shown.systems);
    notes.push(...shown.notes);
    figures[product] = shown.figures;
    // The peers were built for shots: their loss divided by ours.
    ratio ??= shown.ratio ?? null;
  }
  return { name, unit: 'see metric', systems, ratio, notes, figures, environment: environment() };
}
