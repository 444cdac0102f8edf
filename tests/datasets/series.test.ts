import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bridgeGaps,
  coordination,
  knownRuns,
  peak,
  smooth,
  summarize,
  symmetry,
  unsteadiness,
  unwrap,
  velocity,
  windowFrames,
  wrapDegrees,
} from '../../datasets/poses/series.ts';
import { seeded } from '../../platform/random.ts';

const series = (...values: number[]) => Float64Array.from(values);
const wave = (frames: number, fps: number, hertz: number, amplitude = 1) =>
  Float64Array.from({ length: frames }, (_, f) => amplitude * Math.sin((2 * Math.PI * hertz * f) / fps));

describe('unwrap', () => {
  it('undoes every wrap of a series that moves less than half a turn a step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -179, max: 179, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (steps) => {
          let at = 0;
          const path = Float64Array.from(steps, (step) => {
            at += step;
            return at;
          });
          const restored = unwrap(path.map(wrapDegrees));
          const offset = restored[0] - path[0];
          expect(Math.abs(offset / 360 - Math.round(offset / 360))).toBeLessThan(1e-9);
          restored.forEach((value, f) => {
            expect(value - offset).toBeCloseTo(path[f], 6);
          });
        },
      ),
    );
  });

  it('goes on from the last known value over a gap', () => {
    expect([...unwrap(series(170, Number.NaN, -170, -160))]).toEqual([170, Number.NaN, 190, 200]);
  });

  it('wraps into (−180, 180]', () => {
    expect([180, -180, 190, -190, 720, 539].map(wrapDegrees)).toEqual([180, 180, -170, 170, 0, 179]);
  });
});

describe('velocity', () => {
  it('is exact on a parabola, away from the ends', () => {
    const fps = 30;
    const position = Float64Array.from({ length: 40 }, (_, f) => 100 * (f / fps) ** 2);
    const speed = velocity(position, fps);
    for (let f = 2; f < 38; f++) expect(speed[f]).toBeCloseTo((200 * f) / fps, 6);
  });

  it('is exact on a straight line, ends included, at any frame rate', () => {
    for (const fps of [25, 30, 60, 120]) {
      const speed = velocity(
        Float64Array.from({ length: 60 }, (_, f) => (90 * f) / fps),
        fps,
      );
      for (const value of speed) expect(value).toBeCloseTo(90, 6);
    }
  });

  it('sees the shape of the movement, which max − min cannot', () => {
    const fps = 60;
    const slow = wave(120, fps, 0.5, 40);
    const fast = wave(120, fps, 2, 40);
    expect(summarize(fast).range).toBeCloseTo(summarize(slow).range, 0);
    expect(peak(velocity(fast, fps)) / peak(velocity(slow, fps))).toBeCloseTo(4, 0);
  });

  it('is unknown where the known run is shorter than the window', () => {
    const speed = velocity(series(1, 2, 3, Number.NaN, 1, 2, 3, 4, 5, 6), 30);
    expect([...speed.slice(0, 4)].every(Number.isNaN)).toBe(true);
    expect([...speed.slice(4)].every((value) => Math.abs(value - 30) < 1e-6)).toBe(true);
  });
});

describe('smooth and unsteadiness', () => {
  it('takes most of the noise out and leaves the movement', () => {
    const random = seeded(3);
    const clean = wave(90, 30, 1, 30);
    const noisy = clean.map((value) => value + 2 * random.normal());
    const error = (of: Float64Array) => Math.sqrt(of.reduce((s, v, f) => s + (v - clean[f]) ** 2, 0) / 90);
    expect(error(smooth(noisy, 30))).toBeLessThan(0.8 * error(noisy));
    expect(error(smooth(clean, 30))).toBeLessThan(0.3);
  });

  it('tells trembling from slow movement', () => {
    const slow = wave(90, 30, 0.5, 20);
    const trembling = wave(90, 30, 5, 2);
    expect(unsteadiness(slow, 30)).toBeLessThan(0.3);
    expect(
      unsteadiness(
        slow.map((value, f) => value + trembling[f]),
        30,
      ),
    ).toBeGreaterThan(1);
  });

  it('takes an odd window of at least five frames', () => {
    expect([10, 30, 60, 120].map((fps) => windowFrames(fps, 1 / 6))).toEqual([5, 5, 11, 21]);
  });
});

describe('summaries', () => {
  it('leave unknown values out', () => {
    expect(summarize(series(1, Number.NaN, 3))).toEqual({ mean: 2, std: 1, min: 1, max: 3, range: 2 });
    expect(Object.values(summarize(series(Number.NaN))).every(Number.isNaN)).toBe(true);
    expect(peak(series(-5, 3, Number.NaN))).toBe(5);
  });

  it('compare two sides', () => {
    const a = series(1, 2, 3, 4);
    expect(symmetry(a, series(3, 4, 5, 6))).toBe(2);
    expect(coordination(a, series(2, 4, 6, 8))).toBeCloseTo(1, 12);
    expect(coordination(a, series(4, 3, 2, 1))).toBeCloseTo(-1, 12);
    expect(coordination(a, series(1, 1, 1, 1))).toBeNaN();
    expect(coordination(a, series(Number.NaN, Number.NaN, 1, 2))).toBeNaN();
  });

  it('find runs and bridge gaps, never the ends', () => {
    const gappy = series(Number.NaN, 1, Number.NaN, 3, Number.NaN, Number.NaN, 9, Number.NaN);
    expect(knownRuns(gappy)).toEqual([
      [1, 2],
      [3, 4],
      [6, 7],
    ]);
    expect([...bridgeGaps(gappy, 1)]).toEqual([Number.NaN, 1, 2, 3, Number.NaN, Number.NaN, 9, Number.NaN]);
    expect([...bridgeGaps(gappy, 2)]).toEqual([Number.NaN, 1, 2, 3, 5, 7, 9, Number.NaN]);
  });
});
