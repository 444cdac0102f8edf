import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExpertScore } from '../../datasets/records/expert-score.ts';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { acceptRecords } from '../../etl/accept-records.ts';
import { runEtl } from '../../etl/run-etl.ts';
import { biomechanics, biomechanicsFeatures } from '../../pipelines/biomechanics.ts';
import { contents, openWorkspace, type Workspace } from './fixtures.ts';

let place: Workspace;
beforeEach(() => {
  place = openWorkspace();
  mkdirSync(place.path('in'));
});
afterEach(() => place.close());

const { actions, scores } = simulateClips({ clips: 4, athletes: 2, experts: 3, seed: 5 });
const plan = biomechanics.etl;
const write = (name: string, content: string | Uint8Array) => writeFileSync(place.path('in', name), content);
const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
const run = () => runEtl(plan, place.path('in'), place);
const gold = () => contents<GoldRow>(place.store, 'gold_biomechanics');
const of = (action: string): ExpertScore[] => scores.filter((score) => score.action === action);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('poses and scores', () => {
  it('are joined into one row per action, in any order and format', async () => {
    // Scores sort before the poses here; the second set of scores comes after them.
    write('a-scores.jsonl', lines(scores.slice(0, 4)));
    write('b-actions.jsonl.gz', gzipSync(lines(actions)));
    write('c-scores.json', JSON.stringify(scores.slice(4)));
    expect(await run()).toMatchObject({ read: 4 + scores.length, accepted: 4 + scores.length });
    const rows = await gold();
    expect(rows).toHaveLength(4);
    for (const row of rows) {
      const own = of(row.id);
      expect(row.group).toBe(actions.find((action) => action.id === row.id)!.athlete);
      expect(row.target).toBeCloseTo(mean(own.map((score) => score.score)), 12);
      expect(row.ratings).toHaveLength(own.length);
      expect(row.values).toHaveLength(biomechanicsFeatures.columns.length);
    }
  });

  it('make a row once both are there, and a later score changes it', async () => {
    write('actions.jsonl', lines(actions));
    await run();
    expect(await gold()).toEqual([]);
    const [first, second] = of(actions[0].id);
    await acceptRecords(plan, [{ kind: 'score', score: first }], 'page', place);
    expect((await gold())[0]).toMatchObject({ id: actions[0].id, target: first.score });
    await acceptRecords(plan, [{ kind: 'score', score: second }], 'page', place);
    expect((await gold())[0].target).toBeCloseTo((first.score + second.score) / 2, 12);
  });

  it('count each rater once, regardless of the number of rounds', async () => {
    write('actions.jsonl', lines(actions.slice(0, 1)));
    const at = '2025-01-01T00:00:00Z';
    const action = actions[0].id;
    write(
      'scores.csv',
      `action,rater,score,at,round,comment\n${action},ann,2,${at},1,"low, I fear"\n${action},ann,4,${at},2,\n${action},bob,9,${at},1,\n`,
    );
    expect(await run()).toMatchObject({ read: 4, accepted: 4 });
    const [row] = await gold();
    expect(row.target).toBe(6);
    expect(row.ratings).toEqual([
      { rater: 'ann', score: 2 },
      { rater: 'ann', score: 4 },
      { rater: 'bob', score: 9 },
    ]);
  });
});

describe('an invalid record is a counted reject', () => {
  const [action] = actions;
  const [score] = scores;
  const withPoint = (point: unknown) => ({
    ...action,
    poses: {
      ...action.poses,
      frames: action.poses.frames.map((frame, f) => (f === 2 ? [point, ...frame.slice(1)] : frame)),
    },
  });
  const cases: [string, unknown, RegExp][] = [
    ['an unknown action', { ...action, type: 'somersault' }, /^type: /],
    ['a score above 10', { ...score, score: 10.5 }, /^score: /],
    ['a score below 0', { ...score, score: -1 }, /^score: /],
    ['a score that is not a number', { ...score, score: 'good' }, /^score: /],
    ['a score without a rater', { ...score, rater: '' }, /^rater: /],
    ['a pose that contains text', withPoint(['1', 2, 3]), /^poses\.frames: must hold finite numbers only/],
    [
      'a pose with a missing point',
      { ...action, poses: { ...action.poses, frames: action.poses.frames.map((f) => f.slice(1)) } },
      /^poses\.frames: has .*points, the layout has/,
    ],
    [
      'too short a sequence',
      { ...action, poses: { ...action.poses, frames: action.poses.frames.slice(0, 3) } },
      /the quality is insufficient/,
    ],
    ['something else', { hello: 1 }, /not an action, an expert score or a clip/],
  ];
  it.each(cases)('%s', async (_, value, reason) => {
    write('a.json', JSON.stringify([value]));
    const report = await run();
    expect(report).toMatchObject({ read: 1, accepted: 0, rejected: 1 });
    expect(report.rejects[0].reason).toMatch(reason);
    expect(await place.store.collection('silver_biomechanics').count()).toBe(0);
    expect(await gold()).toEqual([]);
  });

  it('rejects a JSON file that contains NaN', async () => {
    write('a.json', JSON.stringify([withPoint([0.5, 0.5, 0.5])]).replace('0.5,0.5,0.5', 'NaN,0.5,0.5'));
    await expect(run()).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringContaining('item 1'),
    });
  });

  it('counts an equal score as a duplicate and a contradicting score of the same round as a reject', async () => {
    write('a.jsonl', lines([score, score, { ...score, score: score.score > 5 ? 1 : 9 }]));
    expect(await run()).toMatchObject({ read: 3, accepted: 1, duplicates: 1, rejected: 1 });
  });
});

describe('COCO keypoints', () => {
  const coco = (frames: number, points = 17) => ({
    // The images are out of order; their names state the order in time.
    images: Array.from({ length: frames }, (_, i) => ({
      id: i,
      file_name: `${String(frames - i).padStart(4, '0')}.jpg`,
    })),
    categories: [{ id: 1, keypoints: Array.from({ length: points }, (_, p) => `p${p}`) }],
    annotations: Array.from({ length: frames }, (_, i) => ({
      image_id: i,
      category_id: 1,
      area: 10,
      keypoints: Array.from({ length: points }, (_, p) => [
        100 + (frames - i) + 3 * p,
        50 + p * p,
        p === 0 ? 0 : 2,
      ]).flat(),
    })),
  });
  const list = 'id,type,athlete,fps\nclip-1,pass,athlete-7,30\n';

  it('become actions, with type and athlete from actions.csv', async () => {
    write('clip-1.coco.json', JSON.stringify(coco(30)));
    write('actions.csv', list);
    expect(await run()).toMatchObject({ read: 1, accepted: 1 });
    const [silver] = await contents<{ id: string; record: { action: (typeof actions)[number] } }>(
      place.store,
      'silver_biomechanics',
    );
    expect(silver.record.action).toMatchObject({
      id: 'clip-1',
      type: 'pass',
      athlete: 'athlete-7',
      poses: { layout: 'coco-17', fps: 30 },
    });
    const { frames } = silver.record.action.poses;
    expect(frames.map((frame) => frame[1]![0])).toEqual(Array.from({ length: 30 }, (_, f) => 104 + f));
    expect(frames[0][0]).toBeNull();
  });

  it.each([
    ['no line in the list', coco(30), 'id,type,athlete,fps\n', /needs a line for 'clip-1'/],
    ['points that fit no layout', coco(30, 5), list, /5 points/],
    ['a JSON file that is not COCO', { images: [] }, list, /is not a COCO file/],
    ['no pose', { ...coco(30), annotations: [] }, list, /has no pose/],
  ])('are rejected: %s', async (_, file, actions, message) => {
    write('clip-1.coco.json', JSON.stringify(file));
    write('actions.csv', actions);
    await expect(run()).rejects.toMatchObject({
      code: 'INVALID_FORMAT',
      message: expect.stringMatching(message),
    });
  });
});
