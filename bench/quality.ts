import type { BenchOptions, BenchResult, BenchSystem } from './bench.ts';
import { environment } from './environment.ts';
import { showShots } from './quality/shots.ts';
import { showSimulator } from './quality/simulator.ts';
import { showSkiJumps } from './quality/ski-jumps.ts';
import { showSquats } from './quality/squats.ts';
import type { Shown } from './quality/workplace.ts';

export const name = 'quality';

const PRODUCTS: Record<string, (options: BenchOptions) => Promise<Shown | undefined>> = {
  shots: showShots,
  squats: showSquats,
  'ski-jumps': showSkiJumps,
  biomechanics: showSimulator,
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
      notes.push(`${product}: left out, its data is not in ../shared/data.`);
      continue;
    }
    systems.push(...shown.systems);
    notes.push(...shown.notes);
    figures[product] = shown.figures;
    // The peers were built for shots: their loss divided by ours.
    ratio ??= shown.ratio ?? null;
  }
  return { name, unit: 'as its metric says', systems, ratio, notes, figures, environment: environment() };
}
