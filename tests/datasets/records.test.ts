import { describe, expect, it } from 'vitest';
import { type ZodType, z } from 'zod';
import { actionSchema as actionSchemaOf } from '../../datasets/records/action.ts';
import { clipSchema } from '../../datasets/records/clip.ts';
import { expertScoreSchema, scoreKey } from '../../datasets/records/expert-score.ts';
import { namedSignalsSchema } from '../../datasets/records/named-signals.ts';
import { MAX_FRAMES, poseSequenceSchema } from '../../datasets/records/pose-sequence.ts';
import { ACTION_TYPES } from '../../pipelines/biomechanics.ts';

const actionSchema = actionSchemaOf(ACTION_TYPES);

const frame = (points = 17, point: unknown = [0.5, 0.5, 0.9]) => Array.from({ length: points }, () => point);
const poses = { layout: 'coco-17', dimensions: 2, fps: 30, frames: [frame(), frame()] };
const action = { id: 'clip-1', type: 'shot', athlete: 'athlete-1', poses };
const score = { action: 'clip-1', rater: 'expert-1', score: 7.5, at: '2025-01-06T09:00:00Z' };
const signals = {
  id: 's-1',
  athlete: 'subject-1',
  movement: 'squat',
  names: ['a', 'b'],
  frames: [
    [1, 2],
    [3, 4],
  ],
};

/** Paths and messages of what is wrong, as `path: message`. */
function issues(schema: ZodType, value: unknown): string[] {
  const result = schema.safeParse(value);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
const withFrames = (...frames: unknown[]) => ({ ...poses, frames });

describe('valid records', () => {
  it('are accepted with defaults filled in', () => {
    expect(actionSchema.parse(action).poses.aspect).toBe(1);
    expect(expertScoreSchema.parse(score)).toEqual({ ...score, comment: '', round: 1 });
    expect(namedSignalsSchema.parse(signals).tags).toEqual({});
    expect(clipSchema.parse({ id: 'c', fps: 25, frames: 100 })).toEqual({ id: 'c', fps: 25, frames: 100 });
  });

  it('may omit invisible points', () => {
    expect(issues(poseSequenceSchema, withFrames([...frame(16), null], frame(17, [0.1, 0.2])))).toEqual([]);
  });

  it('of scores are identified by action, expert and round', () => {
    expect(scoreKey(expertScoreSchema.parse(score))).toBe('clip-1/expert-1/1');
  });

  it('can be described as JSON Schema', () => {
    expect(JSON.stringify(z.toJSONSchema(actionSchema, { io: 'input' }))).toContain('mediapipe-33');
  });
});

describe('invalid pose sequences', () => {
  it.each([
    ['too few points', withFrames(frame(), frame(16)), 'frames.1: has 16 points, the layout has 17'],
    ['NaN', withFrames([[Number.NaN, 0.5], ...frame(16)]), 'frames.0.0: must hold finite numbers only'],
    ['infinity', withFrames([...frame(16), [0.5, Infinity]]), 'frames.0.16: must hold finite numbers only'],
    ['words', withFrames([['0.5', 0.5], ...frame(16)]), 'frames.0.0: must hold finite numbers only'],
    [
      'three dimensions in two',
      withFrames(frame(17, [1, 2, 3, 0.5])),
      'frames.0.0: has 4 numbers, 2 or 3 are needed',
    ],
    [
      'visibility out of range',
      withFrames(frame(17, [1, 2, 1.5])),
      'frames.0.0: visibility 1.5 is outside of 0 to 1',
    ],
    ['a frame that is not a list', withFrames({}), 'frames.0: must be a list of points'],
    ['a point that is not a list', withFrames([7, ...frame(16)]), 'frames.0.0: must be a list of numbers'],
  ])('are rejected with the position of the fault: %s', (_, value, message) => {
    expect(issues(poseSequenceSchema, value)[0]).toContain(message);
  });

  it('are rejected if they are empty, too long, of an unknown layout or out of range', () => {
    expect(issues(poseSequenceSchema, withFrames())[0]).toContain('frames');
    expect(issues(poseSequenceSchema, withFrames(...Array(MAX_FRAMES + 1).fill(frame())))[0]).toContain(
      'frames',
    );
    expect(issues(poseSequenceSchema, { ...poses, layout: 'openpose-25' })[0]).toContain('layout');
    expect(issues(poseSequenceSchema, { ...poses, layout: '__proto__' })[0]).toContain('layout');
    expect(issues(poseSequenceSchema, { ...poses, fps: 0 })[0]).toContain('fps');
    expect(issues(poseSequenceSchema, { ...poses, fps: Number.NaN })[0]).toContain('fps');
  });

  it('report a limited number of issues', () => {
    const hostile = withFrames(...Array(MAX_FRAMES).fill(frame(17, [Number.NaN, 0])));
    expect(issues(poseSequenceSchema, hostile)).toHaveLength(20);
  });
});

describe('invalid actions, scores, signals and clips', () => {
  it.each([
    ['an unknown action', actionSchema, { ...action, type: 'header' }, 'type'],
    ['a nested pose', actionSchema, { ...action, poses: withFrames(frame(3)) }, 'poses.frames.0'],
    [
      'pressure above 1',
      actionSchema,
      { ...action, context: { pressure_level: 2 } },
      'context.pressure_level',
    ],
    ['an unknown field', actionSchema, { ...action, knee: 1 }, ''],
    ['markup as an id', actionSchema, { ...action, id: '<b>' }, 'id'],
    ['a path as an id', actionSchema, { ...action, athlete: '../etc' }, 'athlete'],
    ['a score above 10', expertScoreSchema, { ...score, score: 10.5 }, 'score'],
    ['a score below 0', expertScoreSchema, { ...score, score: -1 }, 'score'],
    ['no score', expertScoreSchema, { ...score, score: null }, 'score'],
    ['NaN as a score', expertScoreSchema, { ...score, score: Number.NaN }, 'score'],
    ['an invalid date', expertScoreSchema, { ...score, at: 'yesterday' }, 'at'],
    ['a short frame', namedSignalsSchema, { ...signals, frames: [[1, 2], [3]] }, 'frames.1'],
    ['two signals of one name', namedSignalsSchema, { ...signals, names: ['a', 'a'] }, 'names'],
    [
      'an infinite signal',
      namedSignalsSchema,
      {
        ...signals,
        frames: [
          [1, Infinity],
          [1, 2],
        ],
      },
      'frames.0.1',
    ],
    ['no frames', clipSchema, { id: 'c', fps: 25, frames: 0 }, 'frames'],
    ['an invalid hash', clipSchema, { id: 'c', fps: 25, frames: 1, blob: 'abc' }, 'blob'],
  ])('are rejected with the path of the field: %s', (_, schema, value, path) => {
    expect(issues(schema, value)[0]).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}:`));
  });
});
