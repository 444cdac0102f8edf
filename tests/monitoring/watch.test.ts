import { describe, expect, it } from 'vitest';
import { streamAlert } from '../../monitoring/alerts/rules/stream.ts';
import { liveError } from '../../monitoring/live-error.ts';
import { checkScores } from '../../monitoring/score-bounds.ts';
import { watchStream } from '../../monitoring/stream-monitor.ts';
import { seeded } from '../../platform/random.ts';
import { METRICS } from '../../statistics/metrics.ts';

const NOW = '2025-03-10T12:00:00.000Z';
const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();
const repeat = (n: number, value: (i: number) => number, at = daysAgo(1)) =>
  Array.from({ length: n }, (_, i) => ({ at, value: value(i) }));

describe('checkScores', () => {
  it('considers the last seven days and needs fifty predictions', () => {
    const few = [...repeat(49, () => 9), ...repeat(100, () => 9, daysAgo(8))];
    expect(checkScores(few, NOW)).toMatchObject({ verdict: 'not_enough_data', n: 49, needed: 50 });
    expect(checkScores(few, NOW).reasons).toEqual([
      'There are 49 predictions in the last 7 days; at least 50 are needed.',
    ]);
    expect(checkScores([...few, ...repeat(1, () => 9)], NOW)).toMatchObject({
      verdict: 'drift',
      n: 50,
      mean: 9,
    });
  });

  it('reports drift beyond the bounds, not on them', () => {
    expect(
      checkScores(
        repeat(50, () => 8),
        NOW,
      ).verdict,
    ).toBe('no_drift');
    expect(
      checkScores(
        repeat(50, () => 3),
        NOW,
      ).verdict,
    ).toBe('no_drift');
    expect(
      checkScores(
        repeat(50, () => 2.9),
        NOW,
      ).reasons,
    ).toEqual(['The mean of 2.90 over 50 predictions in the last 7 days is below 3.']);
    expect(
      checkScores(
        repeat(50, (i) => (i % 2 ? 7 : 3)),
        NOW,
      ),
    ).toMatchObject({ verdict: 'no_drift', deviation: 2 });
    expect(
      checkScores(
        repeat(50, (i) => (i % 2 ? 7.1 : 3)),
        NOW,
      ).verdict,
    ).toBe('drift');
  });

  it('accepts the bounds of another scale, or none', () => {
    const values = repeat(60, () => 0.9);
    expect(checkScores(values, NOW, { minMean: 0.95 }).verdict).toBe('drift');
    expect(checkScores(values, NOW, {}).verdict).toBe('no_drift');
  });
});

describe('liveError', () => {
  const metrics = [METRICS.mae, METRICS.r2];
  const promised = { mae: { value: 0.8, low: 0.7, high: 0.9 }, r2: { value: 0.8, low: 0.7, high: 0.88 } };

  function world(noise: number, n = 300) {
    const random = seeded(3, 'live');
    const predictions = Array.from({ length: n }, (_, i) => ({
      id: `p${i}`,
      value: 5 + 2 * random.normal(),
      group: `a${i % 30}`,
    }));
    const labels = predictions.map(({ id, value }) => ({ id, value: value + noise * random.normal() }));
    return { predictions, labels };
  }

  it('reports metrics that are worse than on the test part', () => {
    const good = world(1);
    expect(liveError(good.predictions, good.labels, { metrics, promised, seed: 1 })).toMatchObject({
      verdict: 'as_promised',
      reasons: [],
    });
    const bad = world(2);
    const found = liveError(bad.predictions, bad.labels, { metrics, promised, seed: 1 });
    expect(found.verdict).toBe('worse');
    expect(found.metrics.map((metric) => metric.worse)).toEqual([true, true]);
    expect(found.reasons[0]).toMatch(
      /^mae is 1\.\d+ \[.*\] on 300 labelled predictions; it was 0\.8000 on the test part/,
    );
    const better = world(0.2);
    expect(liveError(better.predictions, better.labels, { metrics, promised, seed: 1 }).verdict).toBe(
      'as_promised',
    );
  });

  it('needs fifty labels, uses the last label of an id and ignores unknown ids', () => {
    const { predictions, labels } = world(0);
    const some = labels.slice(0, 60);
    const wrong = some.map((label) => ({ ...label, value: 100 }));
    const found = liveError(predictions, [...wrong, ...some, { id: 'unknown', value: 3 }], {
      metrics,
      seed: 1,
    });
    expect(found).toMatchObject({ verdict: 'as_promised', labelled: 60, waiting: 240 });
    expect(found.metrics[0].live.value).toBe(0);
    expect(liveError(predictions, labels.slice(0, 49), { metrics, seed: 1 })).toMatchObject({
      verdict: 'not_enough_data',
      reasons: ['49 of 300 predictions have a label; at least 50 are needed.'],
    });
  });

  it('is less certain where many rows come from few groups', () => {
    const { predictions, labels } = world(1.15);
    const one = predictions.map((prediction) => ({ ...prediction, group: 'one athlete' }));
    expect(liveError(one, labels, { metrics, promised, seed: 1 }).verdict).toBe('as_promised');
  });
});

describe('watchStream', () => {
  const random = seeded(4, 'stream');
  const reference = Float64Array.from({ length: 500 }, () => 6 + random.normal());
  const stream = (shift: number) =>
    Array.from({ length: 600 }, (_, i) => ({
      id: `p${String(i).padStart(3, '0')}`,
      at: new Date(Date.parse(NOW) + i * 1000).toISOString(),
      value: 6 + random.normal() + (i >= 300 ? shift : 0),
    }));

  it('finds when the predictions changed, whatever order they are read in', () => {
    const predictions = stream(-1.5);
    const found = watchStream(predictions, reference);
    expect(found.changes.map((change) => change.detector)).toEqual(['page-hinkley', 'adwin']);
    for (const { id } of found.changes) {
      expect(Number(id.slice(1))).toBeGreaterThanOrEqual(300);
      expect(Number(id.slice(1))).toBeLessThan(360);
    }
    expect(watchStream([...predictions].reverse(), reference)).toEqual(found);
    expect(streamAlert.evaluate({ stream: found })).toMatchObject({
      kind: 'stream',
      severity: 'warning',
      evidence: found.changes.map((change) => change.id),
    });
  });

  it('reports no change where there is none, and too few predictions', () => {
    const calm = watchStream(stream(0), reference);
    expect(calm).toMatchObject({
      verdict: 'no_drift',
      changes: [],
      reason: 'No change in 600 predictions.',
    });
    expect(streamAlert.evaluate({ stream: calm })).toBe('clear');
    expect(watchStream(stream(3).slice(0, 49), reference)).toMatchObject({
      verdict: 'not_enough_data',
      needed: 50,
    });
  });
});
