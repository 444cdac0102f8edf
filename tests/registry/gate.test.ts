import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../platform/random.ts';
import type { Evidence } from '../../registry/evidence.ts';
import { decide, type GateRules } from '../../registry/gate.ts';

const RULES: GateRules = { loss: 'log-loss', tie: 0.001 };

/** Evidence on 40 groups of 10 rows: noise that all sides share, a little of its own, and `shift` (per row where it is a function). */
function side(
  name: string,
  shift: number | ((row: number) => number),
  extra: Partial<Evidence> = {},
): Evidence {
  const random = seeded(3, 'shared');
  const own = seeded(5, name);
  const rows = 400;
  return {
    name,
    package: name,
    loss: Float64Array.from({ length: rows }, (_, row) => {
      const by = typeof shift === 'number' ? shift : shift(row);
      return 0.65 + 0.1 * random.normal() + 0.02 * own.normal() + by;
    }),
    groups: Array.from({ length: rows }, (_, row) => `game-${Math.floor(row / 10)}`),
    slices: Array.from({ length: rows }, (_, row) => ({ zone: row % 4 === 0 ? 'corner' : 'paint' })),
    ...extra,
  };
}

describe('gate', () => {
  it('promotes a challenger that is significantly better, and states the numbers', () => {
    const { promoted, reasons } = decide({
      challenger: side('v2', -0.05),
      incumbent: side('v1', 0),
      rules: RULES,
    });
    expect(promoted).toBe(true);
    expect(reasons.join(' ')).toMatch(/v2 against v1: log-loss lower by 0\.0\d+ \[0\.0\d+, 0\.0\d+\] on 400/);
  });

  it('keeps the incumbent on a tie', () => {
    const decision = decide({
      challenger: side('v2', -0.0005),
      incumbent: side('v1', 0),
      rules: { ...RULES, tie: 0.01 },
    });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain('a tie');
  });

  it('calls a worse challenger worse', () => {
    const decision = decide({ challenger: side('v2', 0.05), incumbent: side('v1', 0), rules: RULES });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain('worse');
  });

  it('rejects a challenger that is better overall but worse on a slice', () => {
    const challenger = side('v2', (row) => (row % 4 === 0 ? 0.05 : -0.08));
    const decision = decide({ challenger, incumbent: side('v1', 0), rules: RULES });
    expect(decision.checks.find((check) => check.name === 'defender')?.passed).toBe(true);
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toMatch(/zone = corner: log-loss higher by 0\.04\d* \[0\.04/);
  });

  it('does not judge a slice with too few rows', () => {
    const challenger = side('v2', (row) => (row === 0 ? 1 : -0.05), {
      slices: Array.from({ length: 400 }, (_, row) => ({ zone: row === 0 ? 'rare' : 'paint' })),
    });
    const decision = decide({ challenger, incumbent: side('v1', 0), rules: RULES });
    expect(decision.promoted).toBe(true);
    expect(decision.reasons.join(' ')).toContain('1 with too few rows');
  });

  it('requires the challenger to beat the baseline as well as the champion', () => {
    const rules = RULES;
    const decision = decide({
      challenger: side('v2', -0.05),
      incumbent: side('v1', 0),
      baseline: side('base rate', -0.1),
      rules,
    });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain('against base rate');
  });

  it.each([
    ['calibration', { ece: 0.03 }, { maxEce: 0.015 }, /0\.03 \(limit 0\.015\)/],
    ['coverage', { coverage: 0.7 }, { minCoverage: 0.85 }, /0\.7 \(minimum 0\.85\)/],
    ['latency', { latencyMs: 9 }, { maxLatencyMs: 5 }, /9 ms \(limit 5 ms\)/],
    ['size', { bytes: 2 * 2 ** 20 }, { maxBytes: 2 ** 20 }, /2 MiB \(limit 1 MiB\)/],
    ['latency', {}, { maxLatencyMs: 5 }, /was not measured/],
  ])('rejects a challenger over its budget of %s', (name, measured, budget, detail) => {
    const decision = decide({
      challenger: side('v2', -0.05, measured),
      incumbent: side('v1', 0),
      rules: { ...RULES, ...budget },
    });
    expect(decision.promoted).toBe(false);
    expect(decision.checks.filter((check) => !check.passed).map((check) => check.name)).toEqual([name]);
    expect(decision.reasons[0]).toMatch(detail);
  });

  it('tolerates a calibration error that chance alone explains', () => {
    const judged = (ece: number, eceByChance: number) =>
      decide({
        challenger: side('v2', -0.05, { ece, eceByChance }),
        incumbent: side('v1', 0),
        rules: { ...RULES, maxEce: 0.03 },
      });
    expect(judged(0.06, 0.07).promoted).toBe(true);
    expect(judged(0.06, 0.07).reasons.join(' ')).toMatch(
      /0\.06 \(limit 0\.07, which chance alone explains on these rows; 0\.03 with more rows\)\./,
    );
    expect(judged(0.08, 0.07).promoted).toBe(false);
    expect(judged(0.04, 0.02).reasons[0]).toMatch(/0\.04 \(limit 0\.03\)\.$/);
  });

  it('promotes nothing on too few groups', () => {
    const few = { groups: Array.from({ length: 400 }, () => 'one game') };
    const decision = decide({
      challenger: side('v2', -0.05, few),
      incumbent: side('v1', 0, few),
      rules: RULES,
    });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain('400 held-out rows of 1 groups (minimum 30 rows of 5 groups)');
  });

  it('rejects the package that is already champion, and losses that are not numbers', () => {
    const same = decide({ challenger: side('v1', -0.05), incumbent: side('v1', 0), rules: RULES });
    expect(same.promoted).toBe(false);
    const broken = side('v2', -0.05);
    broken.loss[3] = Number.NaN;
    expect(decide({ challenger: broken, incumbent: side('v1', 0), rules: RULES }).promoted).toBe(false);
  });

  it('is deterministic, and never promotes each of two models over the other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: -0.05, max: 0.05, noNaN: true }),
        (seed, shift) => {
          const rules = RULES;
          const a = side(`a${seed}`, shift);
          const b = side('b', 0);
          const forth = decide({ challenger: a, incumbent: b, rules });
          const back = decide({ challenger: b, incumbent: a, rules });
          expect(forth.promoted && back.promoted).toBe(false);
          expect(decide({ challenger: a, incumbent: b, rules })).toEqual(forth);
        },
      ),
      { numRuns: 30 },
    );
  });
});
