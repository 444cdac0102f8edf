import { describe, expect, it } from 'vitest';
import type { FeatureColumn } from '../../datasets/matrix.ts';
import { DEFAULT_SNAPSHOT_RULES, judgeColumns, profileColumns } from '../../datasets/quality/columns.ts';
import { poseFindings } from '../../datasets/quality/pose-rules.ts';
import type { Frame, PoseSequence } from '../../datasets/records/pose-sequence.ts';
import { simulateClips } from '../../datasets/simulator/clips.ts';

const { actions } = simulateClips({ clips: 24, athletes: 6, experts: 1, seed: 9 });
const { poses } = actions[0];
const change = (edit: (frame: Frame, f: number, all: readonly Frame[]) => Frame): PoseSequence => ({
  ...poses,
  frames: poses.frames.map(edit),
});
const rulesOf = (sequence: PoseSequence) => poseFindings(sequence).map(({ rule }) => rule);

describe('poseFindings', () => {
  it('accepts simulated clips', () => {
    for (const action of actions) expect(poseFindings(action.poses), action.id).toEqual([]);
  });

  it.each([
    ['too_short', { ...poses, frames: poses.frames.slice(0, 11) }],
    ['fps_out_of_range', { ...poses, fps: 10 }],
    ['too_few_points_seen', change((frame, f) => (f % 2 === 0 ? frame : frame.map(() => null)))],
    ['frozen', change((frame, f, all) => (f > 10 ? all[10] : frame))],
  ] as const)('reports %s', (rule, sequence) => {
    expect(rulesOf(sequence)).toContain(rule);
  });

  it('states what was found and what is required', () => {
    const [finding] = poseFindings({ ...poses, frames: poses.frames.slice(0, 11) });
    expect(finding).toEqual({
      rule: 'too_short',
      fatal: true,
      reason: '11 frames in 0.37 s; at least 12 frames and 0.3 s are required',
    });
  });
});

describe('columns', () => {
  const columns: FeatureColumn[] = [
    { name: 'knee', kind: 'numeric', description: 'Knee.', range: [0, 180] },
    { name: 'ankle', kind: 'numeric', description: 'Ankle.', optional: true },
    { name: 'action', kind: 'categorical', description: 'Action.', categories: ['shot', 'pass'] },
  ];
  const profile = (...values: (number | null)[][]) =>
    profileColumns(
      columns,
      values.map((row) => ({ values: row })),
    );
  const failed = (...values: (number | null)[][]) =>
    judgeColumns(profile(...values), DEFAULT_SNAPSHOT_RULES)
      .filter(({ passed }) => !passed)
      .map(({ rule, detail }) => `${rule}: ${detail}`);

  it('are counted', () => {
    expect(profile([90, null, 0], [200, null, 2], [null, null, 0.5])).toEqual([
      { name: 'knee', optional: false, rows: 3, missing: 1, outOfRange: 1, min: 90, max: 200 },
      { name: 'ankle', optional: true, rows: 3, missing: 3, outOfRange: 0, min: Number.NaN, max: Number.NaN },
      { name: 'action', optional: false, rows: 3, missing: 0, outOfRange: 2, min: 0, max: 2 },
    ]);
  });

  it('pass if they are valid, and an optional one that is absent is named', () => {
    expect(failed([90, null, 0], [100, null, 1])).toEqual([]);
    const findings = judgeColumns(profile([90, null, 0], [100, null, 1]), DEFAULT_SNAPSHOT_RULES);
    expect(findings.at(-1)).toEqual({ rule: 'optional', passed: true, detail: 'not in this source: ankle' });
  });

  it.each([
    [
      [
        [null, 1, 0],
        [100, 2, 1],
      ],
      'missing: knee: 50.0 % missing',
    ],
    [
      [
        [90, 1, 0],
        [181, 2, 1],
      ],
      'range: knee: 1 values from 90 to 181',
    ],
    [
      [
        [90, 1, 0],
        [90, 2, 1],
      ],
      'constant: knee: always 90',
    ],
  ])('fail with the column and the number: %o', (values, message) => {
    expect(failed(...(values as (number | null)[][]))).toContain(message);
  });
});
