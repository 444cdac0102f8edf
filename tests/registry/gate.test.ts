import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../platform/random.ts';
import { decide, type Evidence, type GateRules } from '../../registry/gate.ts';

const RULES: GateRules = { loss: 'log-loss', tie: 0.001, samples: 500, seed: 7 };

/** 40 groups of 10 rows; the loss is noise shared by both sides plus `shift` (by slice where given). */
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
  it('promotes what is surely better, with numbers', () => {
    const { promoted, reasons } = decide({
      challenger: side('v2', -0.05),
      defender: side('v1', 0),
      rules: RULES,
    });
    expect(promoted).toBe(true);
    expect(reasons.join(' ')).toMatch(/v2 against v1: log-loss lower by 0\.0\d+ \[0\.0\d+, 0\.0\d+\] on 400/);
  });

  it('leaves the defender in place on a tie', () => {
    const decision = decide({
      challenger: side('v2', -0.0005),
      defender: side('v1', 0),
      rules: { ...RULES, tie: 0.01 },
    });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain('a tie');
  });

  it('says worse of what is worse', () => {
    const decision = decide({ challenger: side('v2', 0.05), defender: side('v1', 0), rules: RULES });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain('worse');
  });

  it('blocks what is better overall and worse on a slice', () => {
    const challenger = side('v2', (row) => (row % 4 === 0 ? 0.05 : -0.08));
    const decision = decide({ challenger, defender: side('v1', 0), rules: RULES });
    expect(decision.checks.find((check) => check.name === 'defender')?.passed).toBe(true);
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toMatch(/zone = corner: log-loss higher by 0\.04\d* \[0\.04/);
  });

  it('does not judge a slice of few rows', () => {
    const challenger = side('v2', (row) => (row === 0 ? 1 : -0.05), {
      slices: Array.from({ length: 400 }, (_, row) => ({ zone: row === 0 ? 'rare' : 'paint' })),
    });
    const decision = decide({ challenger, defender: side('v1', 0), rules: RULES });
    expect(decision.promoted).toBe(true);
    expect(decision.reasons.join(' ')).toContain('1 with too few rows');
  });

  it('asks the baseline too where a champion defends', () => {
    const rules = RULES;
    const decision = decide({
      challenger: side('v2', -0.05),
      defender: side('v1', 0),
      baseline: side('base rate', -0.1),
      rules,
    });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain('against base rate');
  });

  it.each([
    ['calibration', { ece: 0.03 }, { maxEce: 0.015 }, /0\.03; at most 0\.015/],
    ['coverage', { coverage: 0.7 }, { minCoverage: 0.85 }, /0\.7; at least 0\.85/],
    ['latency', { latencyMs: 9 }, { maxLatencyMs: 5 }, /9 ms; at most 5 ms/],
    ['size', { bytes: 2 * 2 ** 20 }, { maxBytes: 2 ** 20 }, /2 MiB; at most 1 MiB/],
    ['latency', {}, { maxLatencyMs: 5 }, /was not measured/],
  ])('holds to the budget of %s', (name, measured, budget, detail) => {
    const decision = decide({
      challenger: side('v2', -0.05, measured),
      defender: side('v1', 0),
      rules: { ...RULES, ...budget },
    });
    expect(decision.promoted).toBe(false);
    expect(decision.checks.filter((check) => !check.passed).map((check) => check.name)).toEqual([name]);
    expect(decision.reasons[0]).toMatch(detail);
  });

  it('holds no error of calibration against anybody that chance explains', () => {
    const judged = (ece: number, eceByChance: number) =>
      decide({
        challenger: side('v2', -0.05, { ece, eceByChance }),
        defender: side('v1', 0),
        rules: { ...RULES, maxEce: 0.03 },
      });
    expect(judged(0.06, 0.07).promoted).toBe(true);
    expect(judged(0.06, 0.07).reasons.join(' ')).toMatch(/0\.06; at most 0\.07 is asked: so much is chance/);
    expect(judged(0.08, 0.07).promoted).toBe(false);
    expect(judged(0.04, 0.02).reasons[0]).toMatch(/0\.04; at most 0\.03 is asked\.$/);
  });

  it('decides nothing on too few groups', () => {
    const few = { groups: Array.from({ length: 400 }, () => 'one game') };
    const decision = decide({
      challenger: side('v2', -0.05, few),
      defender: side('v1', 0, few),
      rules: RULES,
    });
    expect(decision.promoted).toBe(false);
    expect(decision.reasons[0]).toContain(
      '400 held-out rows of 1 groups; at least 30 rows of 5 groups are asked',
    );
  });

  it('refuses the champion itself and losses that are no numbers', () => {
    const same = decide({ challenger: side('v1', -0.05), defender: side('v1', 0), rules: RULES });
    expect(same.promoted).toBe(false);
    const broken = side('v2', -0.05);
    broken.loss[3] = Number.NaN;
    expect(decide({ challenger: broken, defender: side('v1', 0), rules: RULES }).promoted).toBe(false);
  });

  it('never promotes both ways round, and repeats itself', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: -0.05, max: 0.05, noNaN: true }),
        (seed, shift) => {
          const rules = { ...RULES, seed, samples: 200 };
          const a = side('a', shift);
          const b = side('b', 0);
          const forth = decide({ challenger: a, defender: b, rules });
          const back = decide({ challenger: b, defender: a, rules });
          expect(forth.promoted && back.promoted).toBe(false);
          expect(decide({ challenger: a, defender: b, rules })).toEqual(forth);
        },
      ),
      { numRuns: 30 },
    );
  });
});
