import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DETECTORS } from '../../monitoring/drift/detectors/catalog.ts';
import { ks } from '../../monitoring/drift/detectors/ks.ts';
import { driftReport } from '../../monitoring/drift/report.ts';
import type { DriftSide } from '../../monitoring/drift/samples.ts';
import { seeded } from '../../platform/random.ts';

interface Shape {
  rows: number;
  /** Added to each of the four numeric columns. */
  shifts?: number[];
  /** Share of ones of the flag. */
  flag?: number;
  /** Share of values of the first column that is missing. */
  missing?: number;
}

/** Four normal columns, a flag and a category of four; predictions are the sum of the columns. */
function side(seed: number, { rows, shifts = [0, 0, 0, 0], flag = 0.3, missing = 0 }: Shape): DriftSide {
  const random = seeded(seed, 'drift');
  const numeric = shifts.map((shift) => Float64Array.from({ length: rows }, () => random.normal() + shift));
  const predictions = Float64Array.from(
    { length: rows },
    (_, i) => 5 + numeric.reduce((sum, values) => sum + values[i], 0) / 4,
  );
  numeric[0] = numeric[0].map((value) => (random.uniform() < missing ? Number.NaN : value));
  return {
    columns: [
      ...numeric.map((values, j) => ({ name: `angle_${j}`, kind: 'numeric' as const, values })),
      {
        name: 'left_footed',
        kind: 'numeric',
        values: Float64Array.from({ length: rows }, () => (random.uniform() < flag ? 1 : 0)),
      },
      {
        name: 'action',
        kind: 'categorical',
        values: Float64Array.from({ length: rows }, () => random.integer(4)),
        categories: ['shot', 'pass', 'dribble', 'control'],
      },
    ],
    predictions,
    ids: Array.from({ length: rows }, (_, i) => `p${i}`),
  };
}

describe('driftReport', () => {
  it('chooses tests by type and size', () => {
    const tests = (rows: number, plain = false) =>
      driftReport(side(1, { rows }), side(2, { rows: 300 }), { plain }).columns.map((column) => column.test);
    expect(tests(1000)).toEqual(['ks', 'ks', 'ks', 'ks', 'z-proportions', 'chi-square']);
    expect(tests(1000, true)).toEqual(['ks', 'ks', 'ks', 'ks', 'z-proportions', 'chi-square-fit']);
    expect(tests(1001)).toEqual([
      'wasserstein',
      'wasserstein',
      'wasserstein',
      'wasserstein',
      'jensen-shannon',
      'jensen-shannon',
    ]);
  });

  it('finds the columns that moved, and by how much the predictions did', () => {
    const report = driftReport(
      side(1, { rows: 2000 }),
      side(2, { rows: 400, shifts: [0.5, 0, -0.6, 0.4], flag: 0.3 }),
    );
    expect(report.columns.filter((column) => column.drifted).map((column) => column.name)).toEqual([
      'angle_0',
      'angle_2',
      'angle_3',
    ]);
    expect(report.verdict).toBe('drift');
    expect(report.share).toBe(0.5);
    expect(report.reason).toBe('Drift: 3 of 6 columns drifted (400 rows against 2000).');
    // The mean of predictions moves by (0.5 − 0.6 + 0.4) / 4.
    expect(report.effect!.low).toBeLessThan(0.075);
    expect(report.effect!.high).toBeGreaterThan(0.075);
    expect(report.effect!.points).toBeCloseTo(0.075, 0);
  });

  it('raises false alarms on at most α of the days', () => {
    let alarms = 0;
    let plainAlarms = 0;
    for (let day = 0; day < 60; day++) {
      const reference = side(1000 + day, { rows: 2000 });
      const current = side(2000 + day, { rows: 60 });
      const drifted = (plain: boolean) =>
        driftReport(reference, current, { plain }).columns.some((column) => column.drifted);
      if (drifted(false)) alarms++;
      if (drifted(true)) plainAlarms++;
    }
    // On 60 rows chance alone moves most columns by more than 0.1 standard deviations.
    expect(plainAlarms).toBeGreaterThan(50);
    expect(alarms).toBeLessThanOrEqual(6);
  });

  it('gives no verdict on 35 rows, and states how many are needed', () => {
    const report = driftReport(side(1, { rows: 2000 }), side(2, { rows: 35, shifts: [3, 3, 3, 3] }));
    expect(report.verdict).toBe('not_enough_data');
    expect(report.reason).toMatch(/50 rows are needed .* there are 2000 in the reference and 35 now/);
    expect(report.columns.every((column) => !column.drifted && !column.enough)).toBe(true);
    expect(driftReport(side(1, { rows: 200 }), side(2, { rows: 0 })).verdict).toBe('not_enough_data');
  });

  it('reports drift where values go missing', () => {
    const report = driftReport(side(1, { rows: 800 }), side(2, { rows: 300, missing: 0.4 }));
    const [first, ...others] = report.columns;
    expect(first).toMatchObject({ drifted: true, missing: { drifted: true, reference: 0 } });
    expect(others.some((column) => column.drifted)).toBe(false);
    const gone = driftReport(side(1, { rows: 800 }), side(2, { rows: 300, missing: 1 })).columns[0];
    expect(gone).toMatchObject({
      test: 'missing-share',
      statistic: 1,
      drifted: true,
      enough: false,
      current_n: 0,
    });
    expect(
      driftReport(side(1, { rows: 800 }), side(2, { rows: 300, missing: 0.4 }), { plain: true }).columns[0]
        .missing.drifted,
    ).toBe(false);
  });

  it('lists the rows that contribute most', () => {
    const current = side(2, { rows: 400 });
    const values = current.columns[1].values as Float64Array;
    for (let i = 0; i < 120; i++) values[3 * i] = 6 + (i % 7) * 0.01;
    const report = driftReport(side(1, { rows: 1500 }), current);
    expect(report.evidence).toHaveLength(5);
    for (const { id, column, value, weight } of report.evidence) {
      expect(Number(id.slice(1)) % 3).toBe(0);
      expect(column).toBe('angle_1');
      expect(value).toBeGreaterThan(5.9);
      expect(weight).toBeGreaterThan(0.002);
    }
  });

  it('accepts the profile of a package as the reference', () => {
    const from = side(1, { rows: 900 });
    const profile = {
      rows: 900,
      columns: from.columns.map(({ name, kind, values }) => ({
        name,
        kind,
        missing: 0.1,
        sample: [...Array.from(values)],
      })),
      predictions: [...Array.from(from.predictions!)],
    };
    const report = driftReport(profile, side(2, { rows: 400, flag: 0.6 }));
    expect(report.rows).toEqual({ reference: 900, current: 400, needed: 50 });
    // A tenth was missing in the profile and nothing is missing now: significant, and exactly at the threshold.
    expect(report.columns.every((column) => column.missing.drifted)).toBe(true);
    expect(report.columns[4].drifted).toBe(true);
    expect(report.prediction!.drifted).toBe(false);
  });

  it('corrects p-values for the number of columns, except in plain mode', () => {
    const reference = side(1, { rows: 900 });
    const current = side(7, { rows: 300, shifts: [0.17, 0, 0, 0] });
    const [corrected, plain] = [false, true].map(
      (plain) => driftReport(reference, current, { plain }).columns[0],
    );
    expect(plain.adjustedPValue).toBe(plain.pValue);
    expect(corrected.pValue).toBe(plain.pValue);
    expect(corrected.adjustedPValue).toBeGreaterThan(plain.pValue!);
  });

  it('uses the detector configured for a column', () => {
    const report = driftReport(side(1, { rows: 900 }), side(2, { rows: 300 }), {
      detectors: { angle_0: 'psi' },
    });
    expect(report.columns[0]).toMatchObject({ test: 'psi', threshold: 0.1 });
  });

  it('decides by the threshold of the detector, as the report shows it', () => {
    const strict: typeof ks = {
      ...ks,
      threshold: 1e-4,
      compare: (reference, current, kind) => ks.compare(reference, current, kind, 1e-4),
    };
    const [reference, current] = [side(1, { rows: 900 }), side(7, { rows: 300, shifts: [0.2, 0, 0, 0] })];
    const compared = () => driftReport(reference, current, { detectors: { angle_0: 'ks' } }).columns[0];
    expect(compared()).toMatchObject({ threshold: 0.05, drifted: true });
    const named = vi.spyOn(DETECTORS, 'named').mockReturnValue(strict);
    onTestFinished(() => named.mockRestore());
    const column = compared();
    expect(column).toMatchObject({ threshold: 1e-4, drifted: false });
    expect(column.adjustedPValue).toBeGreaterThan(1e-4);
  });

  it('rejects a detector that cannot compare a column of this kind', () => {
    const compare = () =>
      driftReport(side(1, { rows: 100 }), side(2, { rows: 100 }), { detectors: { action: 'wasserstein' } });
    expect(compare).toThrow(/wasserstein cannot compare action, which is categorical/);
  });

  it('names a column that is missing, and one of another length', () => {
    const current = side(2, { rows: 60 });
    expect(() =>
      driftReport(side(1, { rows: 60 }), { ...current, columns: current.columns.slice(1) }),
    ).toThrow(/lack column angle_0/);
    const uneven = current.columns.map((column, j) => (j === 2 ? { ...column, values: [1] } : column));
    expect(() => driftReport(side(1, { rows: 60 }), { columns: uneven })).toThrow(
      /angle_2 has 1 values, but the first column has 60/,
    );
  });
});
