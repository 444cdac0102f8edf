import { describe, expect, it } from 'vitest';
import { SHOT_COLUMNS, shotColumnsSchema, shotFromColumns } from '../../datasets/records/shot-columns.ts';
import { simulateShots, trueProbability } from '../../datasets/simulator/shots.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('simulated shots', () => {
  const { rows, truth: shots } = simulateShots({ games: 60, shotsPerGame: 150, seed: 3 });

  it('have the 22 columns of the files with valid values', () => {
    expect(Object.keys(rows[0])).toEqual(SHOT_COLUMNS);
    const clean = rows.map((row) => shotFromColumns(shotColumnsSchema.parse(row)));
    expect(new Set(clean.map(({ id }) => id)).size).toBe(rows.length);
    for (const { situation } of clean) {
      const outside = /-3$|backcourt/.test(situation.zone!);
      expect(situation.shotType).toBe(outside ? 3 : 2);
      // Distance in whole feet of the same place.
      const feet = Math.hypot(situation.x!, situation.y!) / 10;
      expect(situation.distance! / 0.3048).toBeGreaterThan(Math.floor(feet) - 0.01);
      expect(situation.distance! / 0.3048).toBeLessThanOrEqual(feet + 0.01);
    }
  });

  it('are in order of time', () => {
    const keys = rows.map(
      (row) => `${row['Game Date']}/${row['Game ID']}/${row['Game Event ID'].padStart(5, '0')}`,
    );
    expect(keys).toEqual([...keys].sort());
    for (let i = 1; i < rows.length; i++)
      if (rows[i]['Game ID'] === rows[i - 1]['Game ID'])
        expect(Number(rows[i].Period)).toBeGreaterThanOrEqual(Number(rows[i - 1].Period));
  });

  it('go in with the true probability, in every decile of it', () => {
    const order = [...rows.keys()].sort((a, b) => shots.probability[a] - shots.probability[b]);
    for (let tenth = 0; tenth < 10; tenth++) {
      const part = order.slice((tenth * rows.length) / 10, ((tenth + 1) * rows.length) / 10);
      const expected = mean(part.map((i) => shots.probability[i]));
      const made = mean(part.map((i) => Number(rows[i]['Shot Made Flag'])));
      expect(Math.abs(made - expected)).toBeLessThan(
        4 * Math.sqrt((expected * (1 - expected)) / part.length),
      );
    }
    expect(shots.logLoss).toBeLessThan(0.66);
  });

  it('depend on place, time and player, but not on the outcome or the action words', () => {
    const row = rows[0];
    const p = trueProbability(row);
    expect(trueProbability({ ...row, 'Shot Made Flag': '1', 'Action Type': 'Dunk Shot' })).toBe(p);
    expect(trueProbability({ ...row, 'Minutes Remaining': '0', 'Seconds Remaining': '0' })).toBeLessThan(p);
    expect(trueProbability({ ...row, 'X Location': '0', 'Y Location': '5' })).toBeGreaterThan(0.5);
    expect(trueProbability({ ...row, 'Player ID': '7999' })).not.toBe(p);
  });

  it('are reproducible by their seed, and reject invalid counts', () => {
    const few = { games: 2, shotsPerGame: 20 };
    expect(simulateShots({ ...few, seed: 3 }).rows).toEqual(simulateShots({ ...few, seed: 3 }).rows);
    expect(simulateShots({ ...few, seed: 4 }).rows).not.toEqual(simulateShots({ ...few, seed: 3 }).rows);
    expect(() => simulateShots({ games: 1.5, shotsPerGame: 1, seed: 1 })).toThrow('games must be');
  });
});
