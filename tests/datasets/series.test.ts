import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bridgeGaps,
  coordination,
  peak,
  smooth,
  summarize,
  symmetry,
  unsteadiness,
  unwrap,
  velocity,
  wrapDegrees,
} from '../../datasets/poses/series.ts';
import { seeded } from '../../platform/random.ts';

const series = (...values: number[]) => Float64Array.from(values);
const wave = (frames: number, fps: number, hertz: number, amplitude = 1) =>
  Float64Array.from({ length: frames }, (_, f) => amplitude * Math.sin((2 * Math.PI * hertz * f) / fps));

describe('unwrap', () => {
  it('restores every series whose steps are below 180 degrees', () => {
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

  it('continues from the last known value after a gap', () => {
    expect([...unwrap(series(170, Number.NaN, -170, -160))]).toEqual([170, Number.NaN, 190, 200]);
  });

  it('wraps into (−180, 180]', () => {
    expect([180, -180, 190, -190, 720, 539].map(wrapDegrees)).toEqual([180, 180, -170, 170, 0, 179]);
  });
});

describe('velocity', () => {
  it('is exact for a parabola, except at the ends', () => {
    const fps = 30;
    const position = Float64Array.from({ length: 40 }, (_, f) => 100 * (f / fps) ** 2);
    const speed = velocity(position, fps);
    for (let f = 2; f < 38; f++) expect(speed[f]).toBeCloseTo((200 * f) / fps, 6);
  });

  it('is exact for a straight line at any frame rate, also at the ends', () => {
    for (const fps of [25, 30, 60, 120]) {
      const speed = velocity(
        Float64Array.from({ length: 60 }, (_, f) => (90 * f) / fps),
        fps,
      );
      for (const value of speed) expect(value).toBeCloseTo(90, 6);
    }
  });

  it('distinguishes movements of equal range', () => {
    const fps = 60;
    const slow = wave(120, fps, 0.5, 40);
    const fast = wave(120, fps, 2, 40);
    expect(summarize(fast).range).toBeCloseTo(summarize(slow).range, 0);
    expect(peak(velocity(fast, fps)) / peak(velocity(slow, fps))).toBeCloseTo(4, 0);
  });

  it('is unknown in runs shorter than the window', () => {
    const speed = velocity(series(1, 2, 3, Number.NaN, 1, 2, 3, 4, 5, 6), 30);
    expect([...speed.slice(0, 4)].every(Number.isNaN)).toBe(true);
    expect([...speed.slice(4)].every((value) => Math.abs(value - 30) < 1e-6)).toBe(true);
  });
});

describe('smooth and unsteadiness', () => {
  it('reduce noise and keep the movement', () => {
    const random = seeded(3);
    const clean = wave(90, 30, 1, 30);
    const noisy = clean.map((value) => value + 2 * random.normal());
    const error = (of: Float64Array) => Math.sqrt(of.reduce((s, v, f) => s + (v - clean[f]) ** 2, 0) / 90);
    expect(error(smooth(noisy, 30))).toBeLessThan(0.8 * error(noisy));
    expect(error(smooth(clean, 30))).toBeLessThan(0.3);
  });

  it('distinguish tremor from slow movement', () => {
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

  it.each([
    [10, 5],
    [30, 5],
    [60, 11],
    [120, 21],
  ])('use at %d frames per second a window of %d frames', (fps, window) => {
    expect(velocity(new Float64Array(window), fps).every((value) => value === 0)).toBe(true);
    expect(velocity(new Float64Array(window - 1), fps).every(Number.isNaN)).toBe(true);
  });
});

describe('summaries', () => {
  it('ignore unknown values', () => {
    expect(summarize(series(1, Number.NaN, 3))).toEqual({ mean: 2, std: 1, min: 1, max: 3, range: 2 });
    expect(Object.values(summarize(series(Number.NaN))).every(Number.isNaN)).toBe(true);
    expect(peak(series(-5, 3, Number.NaN))).toBe(5);
  });

  it('compare both sides', () => {
    const a = series(1, 2, 3, 4);
    expect(symmetry(a, series(3, 4, 5, 6))).toBe(2);
    expect(coordination(a, series(2, 4, 6, 8))).toBeCloseTo(1, 12);
    expect(coordination(a, series(4, 3, 2, 1))).toBeCloseTo(-1, 12);
    expect(coordination(a, series(1, 1, 1, 1))).toBeNaN();
    expect(coordination(a, series(Number.NaN, Number.NaN, 1, 2))).toBeNaN();
  });

  it('bridge gaps between known values, but not at the ends', () => {
    const gappy = series(Number.NaN, 1, Number.NaN, 3, Number.NaN, Number.NaN, 9, Number.NaN);
    expect([...bridgeGaps(gappy, 1)]).toEqual([Number.NaN, 1, 2, 3, Number.NaN, Number.NaN, 9, Number.NaN]);
    expect([...bridgeGaps(gappy, 2)]).toEqual([Number.NaN, 1, 2, 3, 5, 7, 9, Number.NaN]);
  });
});
