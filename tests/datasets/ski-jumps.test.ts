import { describe, expect, it } from 'vitest';
import { skiJumpFeatures } from '../../datasets/features/ski-jumps.ts';
import { LAYOUTS } from '../../datasets/poses/layouts.ts';
import type { Point, PoseSequence } from '../../datasets/records/pose-sequence.ts';
import { STANDING, sequenceOf } from './poses.ts';

const { points } = LAYOUTS['skijump-23'];
const DEGREE = Math.PI / 180;

/** A jumper in a constant posture whose skis are each rotated outwards by half of `opening` degrees. */
function jump({ opening = 30, frames = 40, bend = (_: number): number => 0 } = {}): PoseSequence {
  const bodies = Array.from({ length: frames }, (_, f) => ({
    ...STANDING,
    left_knee: [0.05 + bend(f), 0.5, -0.1] as [number, number, number],
  }));
  const sequence = sequenceOf(bodies, 'skijump-23', { fps: 25 });
  const half = (opening / 2) * DEGREE;
  return {
    ...sequence,
    frames: sequence.frames.map((frame) => {
      const full: Point[] = [...frame];
      for (const [side, sign] of [
        ['left', -1],
        ['right', 1],
      ] as const) {
        full[points.indexOf(`${side}_ski_tail`)] = [0, 0];
        full[points.indexOf(`${side}_ski_tip`)] = [sign * Math.sin(half), Math.cos(half)];
      }
      return full;
    }),
  };
}

const valuesOf = (sequence: PoseSequence) => {
  const values = skiJumpFeatures.extract(sequence);
  expect(values).toHaveLength(skiJumpFeatures.columns.length);
  return Object.fromEntries(values.map((value, j) => [skiJumpFeatures.columns[j].name, value]));
};

describe('ski jump features', () => {
  it('measure the angle between the skis and its constancy', () => {
    const found = valuesOf(jump({ opening: 30 }));
    expect(found.ski_opening_mean).toBeCloseTo(30, 9);
    expect(found.ski_opening_std).toBeCloseTo(0, 9);
    expect(found.ski_opening_restlessness).toBeCloseTo(0, 6);
    expect(valuesOf(jump({ opening: 0 })).ski_opening_mean).toBeCloseTo(0, 9);
  });

  it('distinguish a still body from a restless one, and both sides', () => {
    const still = valuesOf(jump());
    expect(still.knee_asymmetry).toBeCloseTo(0, 9);
    expect(still.trunk_lean_mean).toBeCloseTo(0, 9);
    expect(still.knee_restlessness).toBeCloseTo(0, 6);
    const restless = valuesOf(jump({ bend: (f) => 0.1 * Math.sin(f) }));
    expect(restless.knee_asymmetry).toBeGreaterThan(3);
    expect(restless.knee_restlessness).toBeGreaterThan(20);
    expect(restless.hip_restlessness).toBeGreaterThan(still.hip_restlessness);
    expect(restless.ski_opening_mean).toBeCloseTo(still.ski_opening_mean, 9);
  });

  it('are unknown for invisible points only', () => {
    const whole = jump();
    const tip = points.indexOf('left_ski_tip');
    const knee = points.indexOf('right_knee');
    const frames = whole.frames.map((frame) =>
      frame.map((point, p) => (p === tip || p === knee ? null : point)),
    );
    const found = valuesOf({ ...whole, frames });
    expect(found.ski_opening_mean).toBeNaN();
    expect(found.knee_asymmetry).toBeNaN();
    // One knee is enough for how far the knees are bent.
    expect(found.knee_mean).toBeCloseTo(valuesOf(whole).knee_mean, 9);
    expect(found.ankle_mean).toBeCloseTo(valuesOf(whole).ankle_mean, 9);
  });

  it('stay in the ranges of their columns', () => {
    const found = valuesOf(jump({ opening: 170, bend: (f) => (f % 2) * 0.4 }));
    for (const { name, range } of skiJumpFeatures.columns) {
      expect(found[name], name).toBeGreaterThanOrEqual(range![0]);
      expect(found[name], name).toBeLessThanOrEqual(range![1]);
    }
  });
});
