import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../serving/auth/keys.ts';
import { nextClip, postedScores, postScore } from '../../serving/scoring/scores.ts';
import { type Fixture, openFixture } from './fixture.ts';

const URL = '/v1/scoring/jumps';

describe('the scoring routes', () => {
  let fixture: Fixture;
  let api: ReturnType<typeof request>;
  beforeAll(async () => {
    fixture = openFixture();
    api = request(fixture.app().express);
  });
  afterAll(() => fixture.close());

  const next = async (rater: string, round = 1) =>
    (await api.get(`${URL}/next`).query({ rater, round }).expect(200)).body;
  const give = (rater: string, action: string, score: number, more = {}) =>
    api.post(`${URL}/scores`).send({ rater, action, score, ...more });

  it('lead an expert through every clip once, and store each score', async () => {
    const seen = [];
    for (;;) {
      const { clip, done, total } = await next('Ana');
      expect([done, total]).toEqual([seen.length, 3]);
      if (clip === null) break;
      expect(clip.frames).toHaveLength(20);
      seen.push(clip.id);
      await give('Ana', clip.id, 7.5, { comment: 'Good.' }).expect(201);
    }
    expect(seen.sort()).toEqual(['clip-1', 'clip-2', 'clip-3']);
    const kept = [];
    for await (const score of postedScores(fixture.deps.store, 'jumps')) kept.push(score);
    expect(kept).toHaveLength(3);
    expect(kept[0]).toEqual({
      action: 'clip-1',
      rater: 'Ana',
      score: 7.5,
      comment: 'Good.',
      round: 1,
      at: expect.any(String),
    });
  });

  it('refuse a second score by one expert of a clip in a round, and answer with the first', async () => {
    await give('Bo', 'clip-1', 6).expect(201);
    const { body } = await give('Bo', 'clip-1', 9).expect(409);
    expect(body.error).toMatchObject({ code: 'ALREADY_EXISTS', details: { score: 6 } });
    await give('Bo', 'clip-1', 9, { round: 2 }).expect(201);
    const many = await Promise.all(Array.from({ length: 8 }, () => give('Cy', 'clip-1', 5)));
    expect(many.map((one) => one.status).sort()).toEqual([201, ...Array(7).fill(409)]);
  });

  it('hide the scores of others until the expert has given one', async () => {
    await give('Di', 'clip-2', 3).expect(201);
    const look = async (rater: string) =>
      (await api.get(`${URL}/scores`).query({ rater, action: 'clip-2' }).expect(200)).body;
    expect(await look('Ed')).toEqual({ own: null, others: [] });
    expect(JSON.stringify(await next('Ed'))).not.toMatch(/"score"|Di|Ana/);
    await give('Ed', 'clip-2', 4).expect(201);
    const seen = await look('Ed');
    expect(seen.own).toBe(4);
    expect(seen.others).toContainEqual({ rater: 'Di', score: 3 });
  });

  it.each([
    ['above the scale', 10.5],
    ['below it', -0.5],
    ['between the steps', 7.3],
    ['that is not a number', 'good'],
    ['that is missing', undefined],
  ])('refuse a score %s', async (_name, score) => {
    const { body } = await api
      .post(`${URL}/scores`)
      .send({ rater: 'Flo', action: 'clip-1', score })
      .expect(400);
    expect(body.error.code).toBe('INVALID_INPUT');
  });

  it('refuse unknown clips, unscored products, query operators and missing raters', async () => {
    await give('Flo', 'clip-9', 5).expect(404);
    await api.get('/v1/scoring/throws/next?rater=Flo').expect(404);
    await api.get(`${URL}/next?rater[$ne]=x`).expect(400);
    await api
      .post(`${URL}/scores`)
      .send({ rater: { $ne: '' }, action: 'clip-1', score: 5 })
      .expect(400);
    const { body } = await api.get(`${URL}/next`).expect(400);
    expect(body.error.message).toContain('who scores');
  });

  it('take the rater from the key', async () => {
    const { store } = fixture.deps;
    const key = await createKey(store, { role: 'expert', owner: 'Gil', now: Date.now() });
    const keyed = request(
      fixture.app({ auth: { mode: 'keys' }, spool: `${fixture.folder}/spool-2` }).express,
    );
    const post = (body: object) =>
      keyed.post(`${URL}/scores`).set('Authorization', `Bearer ${key.key}`).send(body);
    await post({ action: 'clip-1', score: 5, rater: 'Ana' }).expect(403);
    await post({ action: 'clip-1', score: 5 }).expect(201);
    const raters = [];
    for await (const { rater } of postedScores(store, 'jumps')) raters.push(rater);
    expect(raters).toContain('Gil');
  });

  it('start with the least scored clip, in a different order for each rater', async () => {
    const { store } = fixture.deps;
    const clips = Array.from({ length: 40 }, (_, i) => `c${i}`);
    const nextOf = (rater: string) => nextClip(store, { product: 'many', rater, round: 1, clips });
    const first = new Set(
      await Promise.all(['r1', 'r2', 'r3', 'r4'].map(async (r) => (await nextOf(r)).clip)),
    );
    expect(first.size).toBeGreaterThan(1);
    for (const clip of clips.slice(1))
      await postScore(store, 'many', { action: clip, rater: 'x', score: 5, comment: '', round: 1, at: '' });
    expect((await nextOf('r1')).clip).toBe('c0');
  });
});
