import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANGLE_NAMES, angleAt, computeAngles } from '../../datasets/poses/angles.ts';
import { type Joint, LAYOUT_NAMES, LAYOUTS, layoutOf } from '../../datasets/poses/layouts.ts';
import { type Track, toTracks } from '../../datasets/poses/tracks.ts';
import { type Place, STANDING, sequenceOf } from './poses.ts';

type Body = Partial<Record<Joint, Place>>;
const move = (body: Body, change: (place: Place) => Place): Body =>
  Object.fromEntries(Object.entries(body).map(([joint, place]) => [joint, change(place)]));
const rotate =
  (degrees: number) =>
  ([x, y, z]: Place): Place => {
    const c = Math.cos((degrees * Math.PI) / 180);
    const s = Math.sin((degrees * Math.PI) / 180);
    return [x * c - z * s, y, x * s + z * c];
  };
const anglesOf = (
  bodies: Body[],
  layout?: Parameters<typeof sequenceOf>[1],
  options?: { dimensions?: 2 | 3 },
) => computeAngles(toTracks(sequenceOf(bodies, layout, options)));
const track = (...places: Place[]): Track => ({
  x: Float64Array.from(places, (p) => p[0]),
  y: Float64Array.from(places, (p) => p[1]),
  z: Float64Array.from(places, (p) => p[2]),
});

const coordinate = fc.double({ min: -5, max: 5, noNaN: true });
const place = fc.tuple(coordinate, coordinate, coordinate) as fc.Arbitrary<Place>;

describe('layouts', () => {
  it.each(LAYOUT_NAMES)('%s has as many distinct points as its name states', (name) => {
    const { points, joints } = LAYOUTS[name];
    expect(points).toHaveLength(Number(name.split('-')[1]));
    expect(new Set(points).size).toBe(points.length);
    const indices = Object.values(joints);
    expect(new Set(indices).size).toBe(indices.length);
    expect(Math.max(...indices)).toBeLessThan(points.length);
  });

  it.each(LAYOUT_NAMES)('%s maps sided joints to points of the same side', (name) => {
    const { points, joints } = LAYOUTS[name];
    for (const [joint, index] of Object.entries(joints)) {
      if (joint.startsWith('left')) expect(points[index]).toMatch(/^left_/);
      if (joint.startsWith('right')) expect(points[index]).toMatch(/^right_/);
    }
  });

  it('rejects an unknown name', () => {
    expect(() => layoutOf('toString')).toThrow('There is no pose layout toString: use one of mediapipe-33');
  });
});

describe('angleAt', () => {
  it('measures known angles', () => {
    const b: Place = [0, 0, 0];
    const angle = (a: Place, c: Place) => angleAt(track(a), track(b), track(c))[0];
    expect(angle([1, 0, 0], [0, 1, 0])).toBeCloseTo(90, 10);
    expect(angle([1, 0, 0], [-1, 0, 0])).toBeCloseTo(180, 10);
    expect(angle([1, 0, 0], [1, 1, 0])).toBeCloseTo(45, 10);
    expect(angle([1, 0, 0], [0.5, 0, Math.sqrt(0.75)])).toBeCloseTo(60, 10);
    expect(angle([1, 0, 0], [0, 0, 0])).toBeNaN();
  });

  it('is invariant under rotation, translation and scaling', () => {
    fc.assert(
      fc.property(
        place,
        place,
        place,
        place,
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (a, b, c, shift, degrees, scale) => {
          const apart = (p: Place, q: Place) => Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
          fc.pre(apart(a, b) > 0.01 && apart(c, b) > 0.01);
          const moved = ([a, b, c] as Place[]).map((p): Place => {
            const [x, y, z] = rotate(degrees)(p);
            // A second rotation about another axis covers every rotation.
            const [yy, , xx] = rotate(0.7 * degrees)([y, 0, x]);
            return [scale * xx + shift[0], scale * yy + shift[1], scale * z + shift[2]];
          });
          const before = angleAt(track(a), track(b), track(c))[0];
          const after = angleAt(track(moved[0]), track(moved[1]), track(moved[2]))[0];
          expect(after).toBeCloseTo(before, 4);
          expect(before).toBeGreaterThanOrEqual(0);
          expect(before).toBeLessThanOrEqual(180);
        },
      ),
    );
  });
});

describe('computeAngles', () => {
  it('measures a standing body', () => {
    const angles = anglesOf([STANDING]);
    expect(angles.left_knee[0]).toBeCloseTo(180 - 2 * 6.5, 0);
    expect(angles.right_knee[0]).toBeCloseTo(angles.left_knee[0], 10);
    expect(angles.trunk_lean[0]).toBeCloseTo(0, 10);
    expect(angles.hip_rotation[0]).toBe(0);
    expect(angles.hip_shoulder_separation[0]).toBeCloseTo(0, 10);
  });

  it('gives equal joint angles in every layout that has the joints', () => {
    const reference = anglesOf([STANDING]);
    for (const layout of LAYOUT_NAMES) {
      const angles = anglesOf([STANDING], layout, { dimensions: 3 });
      for (const name of ['left_knee', 'right_hip', 'left_shoulder'] as const)
        expect(angles[name][0]).toBeCloseTo(reference[name][0], 8);
      const toes = LAYOUTS[layout].joints.left_toe !== undefined;
      if (toes) expect(angles.left_ankle[0]).toBeCloseTo(reference.left_ankle[0], 8);
      else expect(angles.left_ankle[0]).toBeNaN();
    }
  });

  it('measures the lean of the trunk in layouts whose y points up or down', () => {
    const lean = move(STANDING, ([x, y, z]) => [y > 0.95 ? x + (y - 0.95) : x, y, z]);
    for (const layout of ['mediapipe-33', 'kinect-25'] as const)
      expect(anglesOf([lean], layout).trunk_lean[0]).toBeCloseTo(45, 6);
  });

  it('follows full rotations without a jump at ±180', () => {
    const bodies = Array.from({ length: 73 }, (_, i) => move(STANDING, rotate(10 * i)));
    const { hip_rotation, shoulder_rotation, hip_shoulder_separation } = anglesOf(bodies);
    const steps = [...hip_rotation.slice(1)].map((value, i) => Math.abs(value - hip_rotation[i]));
    expect(Math.max(...steps)).toBeCloseTo(10, 6);
    expect(Math.abs(hip_rotation[72] - hip_rotation[0])).toBeCloseTo(720, 6);
    expect(Math.abs(shoulder_rotation[72] - shoulder_rotation[0])).toBeCloseTo(720, 6);
    for (const value of hip_shoulder_separation) expect(value).toBeCloseTo(0, 6);
  });

  it('does not depend on the direction of the camera', () => {
    fc.assert(
      fc.property(fc.double({ min: -180, max: 180, noNaN: true }), (degrees) => {
        const bodies = Array.from({ length: 12 }, (_, i) =>
          move(STANDING, (p) => (p[1] > 0.9 ? rotate(4 * i)(p) : p)),
        );
        const seen = anglesOf(bodies.map((body) => move(body, rotate(degrees))));
        const reference = anglesOf(bodies);
        for (const name of ANGLE_NAMES)
          seen[name].forEach((value, f) => {
            expect(value).toBeCloseTo(reference[name][f], 6);
          });
      }),
      { numRuns: 25 },
    );
  });

  it('has no rotations in two dimensions, but joint angles', () => {
    const angles = anglesOf([STANDING], 'coco-17');
    expect(angles.hip_rotation[0]).toBeNaN();
    expect(angles.left_knee[0]).toBeCloseTo(167, 0);
  });
});

describe('invisible points', () => {
  const bodies = (lost: number) =>
    Array.from({ length: 20 }, (_, f) => {
      const body = move(STANDING, ([x, y, z]) => [x + 0.01 * f, y, z]);
      if (f >= 5 && f < 5 + lost) delete body.left_knee;
      return body;
    });

  it('are interpolated over a short gap', () => {
    const angles = anglesOf(bodies(6));
    const whole = anglesOf(bodies(0));
    angles.left_knee.forEach((value, f) => {
      expect(value).toBeCloseTo(whole.left_knee[f], 8);
    });
  });

  it('remain unknown in a long gap, and only there', () => {
    const angles = anglesOf(bodies(7));
    expect([...angles.left_knee.keys()].filter((f) => Number.isNaN(angles.left_knee[f]))).toEqual([
      5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(angles.right_knee.some(Number.isNaN)).toBe(false);
  });

  it('count as invisible below a visibility of 0.5', () => {
    const sequence = sequenceOf(bodies(0));
    const knee = LAYOUTS['mediapipe-33'].joints.left_knee!;
    const angles = (visibility: number) => {
      const frames = sequence.frames.map((frame) =>
        frame.map((point, p) => (point ? [...point, p === knee ? visibility : 0.9] : null)),
      );
      return computeAngles(toTracks({ ...sequence, frames })).left_knee;
    };
    expect(angles(0.49).every(Number.isNaN)).toBe(true);
    expect(angles(0.5).some(Number.isNaN)).toBe(false);
  });
});

describe('shares of width and height', () => {
  it('are scaled by the aspect ratio of the image', () => {
    const sequence = sequenceOf([STANDING], 'coco-17');
    const squeezed = {
      ...sequence,
      aspect: 16 / 9,
      frames: sequence.frames.map((frame) => frame.map((p) => (p ? [p[0] / (16 / 9), p[1]] : null))),
    };
    expect(computeAngles(toTracks(squeezed)).left_knee[0]).toBeCloseTo(
      computeAngles(toTracks(sequence)).left_knee[0],
      8,
    );
  });
});
