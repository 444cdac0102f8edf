import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALERT_RULES } from '../../monitoring/alerts/catalog.ts';
import { chooseDetector, companionTest } from '../../monitoring/drift/choose-detector.ts';
import { DETECTORS } from '../../monitoring/drift/detectors/catalog.ts';
import { STREAM_DETECTORS } from '../../monitoring/stream-detectors/catalog.ts';
import { pageHinkley, valuesBetweenFalseAlarms } from '../../monitoring/stream-detectors/page-hinkley.ts';
import { seeded } from '../../platform/random.ts';
import { PageHinkley } from '../../statistics/page-hinkley.ts';

const normal = (seed: number, n: number, shift = 0) => {
  const random = seeded(seed, 'detectors');
  return Float64Array.from({ length: n }, () => random.normal() + shift);
};

describe.each([
  ['drift/detectors', 'detector.ts', DETECTORS.names],
  ['stream-detectors', 'stream-detector.ts', STREAM_DETECTORS.names],
  ['alerts/rules', '', ALERT_RULES.names.map((name) => name.replaceAll('_', '-'))],
])('the catalog of %s', (folder, port, names) => {
  it('lists every file of its folder', () => {
    const files = readdirSync(join(import.meta.dirname, '../../monitoring', folder));
    const things = files.filter((file) => file !== port && file !== 'catalog.ts');
    expect(names.map((name) => `${name}.ts`).sort()).toEqual(things.sort());
  });
});

describe('chooseDetector', () => {
  const reference = normal(1, 600);
  const coded = (values: Float64Array, codes: number) =>
    values.map((value) => Math.abs(Math.trunc(value * 10)) % codes);

  it.each([
    ['ks', 1000, 'numeric', undefined],
    ['wasserstein', 1001, 'numeric', undefined],
    ['chi-square', 1000, 'numeric', 5],
    ['ks', 1000, 'numeric', 6],
    ['z-proportions', 1000, 'numeric', 2],
    ['jensen-shannon', 1001, 'numeric', 2],
    ['chi-square', 1000, 'categorical', 7],
    ['jensen-shannon', 1001, 'categorical', 7],
  ] as const)('chooses %s for %d %s values (distinct: %s)', (expected, n, kind, codes) => {
    const values = codes ? coded(normal(4, n), codes) : normal(4, n);
    expect(chooseDetector(kind, values, values).name).toBe(expected);
  });

  it('accompanies a distance by chi-square where values are few, otherwise by KS', () => {
    expect(companionTest('categorical', [1, 2], [1, 2]).name).toBe('chi-square');
    expect(companionTest('numeric', reference, reference).name).toBe('ks');
  });
});

describe('chi-square', () => {
  it('sees drift in a value that the reference lacks only as a goodness-of-fit test', () => {
    const before = Array.from({ length: 900 }, (_, i) => i % 3);
    const now = [...before.slice(0, 300), 3];
    expect(DETECTORS.named('chi-square-fit').compare(before, now, 'categorical')).toMatchObject({
      statistic: Number.POSITIVE_INFINITY,
      drifted: true,
    });
    expect(DETECTORS.named('chi-square').compare(before, now, 'categorical').drifted).toBe(false);
  });
});

describe('stream detectors', () => {
  it('raise their alarms at known positions', () => {
    const values = [...normal(5, 500).map((x) => 70 + 4 * x), ...normal(6, 500, 1).map((x) => 70 + 4 * x)];
    const alarms = STREAM_DETECTORS.entries.map(({ name, start }) => {
      const run = start({ mean: 70, deviation: 4 });
      return [name, values.flatMap((value, i) => (run.update(value) ? [i] : []))];
    });
    expect(alarms).toEqual([
      ['page-hinkley', [524]],
      ['adwin', [543]],
    ]);
  });

  it('raise false alarms about as rarely as stated', () => {
    const values = normal(7, 400_000);
    // A threshold lower than that of `pageHinkley`, so that there are alarms to count.
    const test = new PageHinkley({ delta: 0.25, threshold: 10, alpha: 1 });
    const alarms = values.filter((value) => test.update(value)).length;
    const expected = values.length / valuesBetweenFalseAlarms(0.25, 10);
    expect(alarms).toBeGreaterThan(expected / 2);
    expect(alarms).toBeLessThan(expected * 2);
    expect(valuesBetweenFalseAlarms()).toBeGreaterThan(100_000);
  });

  it('tolerate a reference whose values are all equal', () => {
    const run = pageHinkley.start({ mean: 5, deviation: 0 });
    expect(Array.from({ length: 100 }, (_, i) => run.update(i < 50 ? 5 : 6))).toContain(true);
  });
});
