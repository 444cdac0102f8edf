import { describe, expect, it } from 'vitest';
import { measureAction } from '../../datasets/features/biomechanics.ts';
import { measureStrike } from '../../datasets/features/strike.ts';
import { toTracks } from '../../datasets/poses/tracks.ts';
import type { Action } from '../../datasets/records/action.ts';
import type { Point, PoseSequence } from '../../datasets/records/pose-sequence.ts';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import { ACTION_TYPES, biomechanicsFeatures } from '../../pipelines/biomechanics.ts';
import { seeded } from '../../platform/random.ts';
import { STANDING, sequenceOf } from './poses.ts';

const { actions } = simulateClips({ clips: 16, athletes: 8, experts: 1, seed: 5 });
const shot = actions.find(({ type }) => type === 'shot')!;
const TYPES = ACTION_TYPES.map(({ name }) => name);
const measured = (action: Action, name: string) => measureAction(action, ACTION_TYPES)[name];

/** The same movement with the other leg: left and right points swapped, and the image mirrored. */
function mirrored(sequence: PoseSequence): PoseSequence {
  const swap = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9];
  for (let p = 11; p < 33; p += 2) swap.push(p + 1, p);
  return {
    ...sequence,
    frames: sequence.frames.map((frame) =>
      swap.map((p): Point => {
        const [x, y, z, visibility] = frame[p]!;
        return [x, y, -z, visibility];
      }),
    ),
  };
}

describe('columns', () => {
  it('have unique names, a description and a range that holds for simulated clips', () => {
    const { columns } = biomechanicsFeatures;
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    for (const column of columns) {
      expect(column.description).toMatch(/^[A-Z1].*\.$/);
      expect(column.kind === 'categorical' || column.range !== undefined).toBe(true);
    }
    for (const action of actions) {
      const values = biomechanicsFeatures.extract(action);
      expect(values).toHaveLength(columns.length);
      columns.forEach(({ name, range, optional }, j) => {
        if (range && !Number.isNaN(values[j])) {
          expect(values[j], name).toBeGreaterThanOrEqual(range[0]);
          expect(values[j], name).toBeLessThanOrEqual(range[1]);
        }
        if (!optional) expect(values[j], name).not.toBeNaN();
      });
    }
  });

  it('cover every measured value', () => {
    const names = new Set(biomechanicsFeatures.columns.map(({ name }) => name));
    expect(Object.keys(measureAction(shot, ACTION_TYPES)).filter((name) => !names.has(name))).toEqual([]);
  });

  it('encode the type of action as a code and as flags', () => {
    for (const type of TYPES) {
      const values = measureAction({ ...shot, type }, ACTION_TYPES);
      expect(values.action_type).toBe(TYPES.indexOf(type));
      expect(TYPES.map((other) => values[`is_${other}`])).toEqual(
        TYPES.map((other) => (other === type ? 1 : 0)),
      );
    }
  });
});

describe('context', () => {
  it('is unknown if it is not given', () => {
    const { context: _, ...bare } = shot;
    expect(measured(bare, 'pressure_level')).toBeUndefined();
    const at = biomechanicsFeatures.columns.findIndex(({ name }) => name === 'pressure_level');
    expect(biomechanicsFeatures.extract(bare)[at]).toBeNaN();
    expect(measured({ ...shot, context: { pressure_level: 0.5 } }, 'pressure_level')).toBe(0.5);
  });
});

describe('the strike', () => {
  it('is located by the fastest ankle', () => {
    for (const action of actions.filter(({ type }) => type === 'shot' || type === 'pass')) {
      const tracks = toTracks(action.poses);
      const strike = measureStrike(tracks)!;
      const other = measureStrike(tracks, strike.side === 'left' ? 'right' : 'left')!;
      expect(strike.features.swing_hip_peak_velocity).toBeGreaterThan(other.features.swing_hip_peak_velocity);
      expect(strike.features.contact_time).toBeGreaterThan(0.3);
      expect(strike.features.contact_time).toBeLessThan(0.8);
    }
  });

  it('is measured equally for both legs', () => {
    const action = { ...shot, poses: mirrored(shot.poses) };
    const [own, other] = [measureAction(shot, ACTION_TYPES), measureAction(action, ACTION_TYPES)];
    for (const name of [
      'support_knee_at_contact',
      'follow_through',
      'trunk_lean_at_contact',
      'support_foot_angle',
    ])
      expect(other[name], name).toBeCloseTo(own[name], 6);
    expect(other.left_knee_mean).toBeCloseTo(own.right_knee_mean, 6);
    expect(other.knee_symmetry).toBeCloseTo(own.knee_symmetry, 6);
  });

  it('is not measured for actions without a ball', () => {
    expect(measured({ ...shot, type: 'squat' }, 'follow_through')).toBeUndefined();
  });
});

describe('features do not depend on', () => {
  it('the position and size of the athlete in the image', () => {
    const moved: PoseSequence = {
      ...shot.poses,
      frames: shot.poses.frames.map((frame) =>
        frame.map((point) => point && [0.2 + 0.5 * point[0], 0.1 + 0.5 * point[1], 0.5 * point[2], point[3]]),
      ),
    };
    const before = biomechanicsFeatures.extract(shot);
    biomechanicsFeatures.extract({ ...shot, poses: moved }).forEach((value, j) => {
      if (!Number.isNaN(before[j]))
        expect(value, biomechanicsFeatures.columns[j].name).toBeCloseTo(before[j], 4);
      else expect(value).toBeNaN();
    });
  });

  it('a single point that is lost for a few frames', () => {
    const knee = 26;
    const lossy: PoseSequence = {
      ...shot.poses,
      frames: shot.poses.frames.map((frame, f) =>
        frame.map((point, p) => (p === knee && f >= 3 && f < 6 ? null : point)),
      ),
    };
    expect(measured({ ...shot, poses: lossy }, 'right_knee_mean')).toBeCloseTo(
      measured(shot, 'right_knee_mean'),
      0,
    );
  });
});

describe('other layouts', () => {
  it('leave columns unknown that they cannot provide', () => {
    const random = seeded(1);
    const bodies = Array.from({ length: 40 }, () =>
      Object.fromEntries(
        Object.entries(STANDING).map(([joint, [x, y, z]]) => [
          joint,
          [x + 0.01 * random.normal(), y, z] as [number, number, number],
        ]),
      ),
    );
    const values = measureAction({ type: 'squat', poses: sequenceOf(bodies, 'coco-17') }, ACTION_TYPES);
    expect(values.left_knee_mean).toBeCloseTo(167, -1);
    expect(values.left_ankle_mean).toBeNaN();
    expect(values.hip_rotation_mean).toBeNaN();
    for (const { name, optional } of biomechanicsFeatures.columns)
      if (Number.isNaN(values[name] ?? Number.NaN)) expect(optional, name).toBe(true);
  });
});

describe('poses that cannot be measured', () => {
  it('are rejected with every reason', () => {
    const frames = shot.poses.frames.slice(0, 5).map((frame) => frame.map(() => null));
    expect(() => biomechanicsFeatures.extract({ ...shot, poses: { ...shot.poses, frames } })).toThrow(
      expect.objectContaining({
        code: 'INSUFFICIENT_QUALITY',
        message: expect.stringMatching(/5 frames.*at least 12 frames.*visible in 0 %/),
      }),
    );
  });
});
