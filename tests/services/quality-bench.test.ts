import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchShots } from '../../bench/quality/shots.ts';
import { benchSimulator, worstBias } from '../../bench/quality/simulator.ts';
import { benchSkiJumps } from '../../bench/quality/ski-jumps.ts';
import { benchSquats } from '../../bench/quality/squats.ts';
import { run } from '../../bench/quality.ts';

const ALONE = { smoke: true, python: undefined };
const DATA = new URL('../../../shared/data/', import.meta.url);
const without = (folder: string) => !existsSync(new URL(folder, DATA));

describe('the quality benchmark', () => {
  it('recovers the parameters of the simulated panel', async () => {
    const { systems, figures } = await benchSimulator(ALONE);
    const [rules, linear] = systems;
    expect(rules).toMatchObject({ system: 'fixed rules', product: 'biomechanics' });
    expect(linear.system).toMatch(/touchline linear/);
    expect(linear.value).toBeGreaterThan(0.8);
    expect(linear.mae).toBeLessThan(1);
    const { share, low } = figures.betterThanRules as { share: number; low: number };
    expect(share).toBeGreaterThan(0.15);
    expect(low).toBeGreaterThan(0);
  });

  it.each([1, 2, 3])('recovers the bias of 8 experts from 300 clips within 0.2 points, seed %i', (seed) => {
    expect(worstBias(seed)).toBeLessThan(0.2);
  });

  it.skipIf(without('squats-uiprmd'))(
    'reaches R² 0.85 on squats of people that no fit saw (needs ../shared/data)',
    async () => {
      const { systems, notes } = (await benchSquats(ALONE))!;
      expect(systems[0]).toMatchObject({ system: 'touchline', metric: 'R²' });
      expect(systems[0].value).toBeGreaterThan(0.85);
      expect(systems[0].low).toBeGreaterThan(0.5);
      expect(notes[0]).toMatch(/squats_ridge.py was skipped/);
      expect(notes[1]).toMatch(/chosen while looking at these same 180/);
    },
  );

  it.skipIf(without('skijump-judged'))(
    'repeats the agreement of the judges, and finds no model of poses better than the mean (needs ../shared/data)',
    async () => {
      const { systems, figures } = (await benchSkiJumps())!;
      const named = Object.fromEntries(systems.map((one) => [one.system, one.value]));
      expect(named['one judge']).toBeCloseTo(0.8115, 4);
      expect(named['mean of five judges']).toBeCloseTo(0.9556, 4);
      expect(named['a judge against the other four']).toBeCloseTo(0.323, 3);
      for (const name of ['linear', 'forest'])
        expect((figures[name] as { low: number }).low, name).toBeLessThan(0);
    },
  );

  it.skipIf(without('nba-shots-2015'))(
    'chooses shots on validation games and measures on later ones (needs ../shared/data)',
    async () => {
      const { systems, notes } = (await benchShots(ALONE))!;
      const [rate, table, ...candidates] = systems;
      expect(rate.system).toBe('base rate');
      expect(table.value).toBeLessThan(rate.value);
      expect(candidates.map((one) => one.system)).toEqual([
        expect.stringMatching(/linear/),
        expect.stringMatching(/boosting/),
      ]);
      for (const one of candidates) expect(one.value).toBeLessThan(rate.value - 0.02);
      expect(notes.join()).toMatch(/shots_models.py was skipped/);
    },
  );

  it.skipIf(!without('.'))('says which data is missing (only where ../shared/data is absent)', async () => {
    const { notes, systems } = await run(ALONE);
    expect(notes?.filter((note) => note.includes('was skipped'))).toHaveLength(3);
    expect(systems.every((one) => one.product === 'biomechanics')).toBe(true);
  });
});
