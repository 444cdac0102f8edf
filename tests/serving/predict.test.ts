import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictions } from '../../serving/runtime/prediction-log.ts';
import { type Fixture, jumpPackage, openFixture, throwPackage } from './fixture.ts';

const GOOD = { angles: [80, 90, 100], side: 'left' };

describe('the prediction route', () => {
  let fixture: Fixture;
  let api: ReturnType<typeof request>;
  let hash: string;

  beforeAll(async () => {
    fixture = openFixture();
    const built = await jumpPackage();
    hash = built.hash;
    await fixture.promote('jumps', built);
    await fixture.promote('throws', await throwPackage());
    const app = fixture.app();
    await app.start();
    api = request(app.express);
  });
  afterAll(() => fixture.close());

  it('answers a record with score, interval, breakdown, reasons and package', async () => {
    const { body } = await api.post('/v1/jumps/score').send(GOOD).expect(200);
    expect(body.score).toBeCloseTo(5, 5);
    expect(body.interval).toMatchObject({ level: 0.9, wide: false });
    expect(body.interval.low).toBeCloseTo(3.5, 5);
    expect(body.breakdown.map((one: { model: string }) => one.model)).toEqual(['one', 'two']);
    expect(body.confidence).toBeCloseTo(1 - 0.5 / 2.5, 5);
    expect(body.factors[0]).toMatchObject({ factor: 'knee_angle_mean', value: 90, unit: '°' });
    expect(body).toMatchObject({
      method: 'ml_trained',
      rules_score: 7,
      model: { version: 1, package: hash },
    });
  });

  it('gives advice only where a rule agrees with the model', async () => {
    const bent = await api
      .post('/v1/jumps/score')
      .send({ angles: [45], side: 'left' })
      .expect(200);
    expect(bent.body.advice).toEqual([{ factor: 'knee_angle_mean', text: 'Bend the knee less.' }]);
    const straight = await api
      .post('/v1/jumps/score')
      .send({ angles: [120], side: 'left' })
      .expect(200);
    expect(straight.body.advice).toEqual([]);
  });

  it('accepts features by name, and categories by their label', async () => {
    const { body } = await api
      .post('/v1/jumps/score')
      .send({ features: { knee_angle_mean: 90, side: 'right' } })
      .expect(200);
    expect(body.score).toBeCloseTo(5, 5);
  });

  it('computes fitted features with the state in the package, as missing for an unknown player', async () => {
    const known = await api.post('/v1/throws/predict').send({ distance: 5, player: 'Ana' }).expect(200);
    expect(known.body.probability).toBeCloseTo(1 / (1 + Math.exp(-(-0.5 + 1.2))), 5);
    const stranger = await api.post('/v1/throws/predict').send({ distance: 5, player: 'Bo' }).expect(200);
    expect(stranger.body.probability).toBeCloseTo(1 / (1 + Math.exp(0.5)), 5);
    expect(stranger.body).not.toHaveProperty('rules_score');
  });

  it('answers a batch in order, with an error in place of an item of insufficient quality', async () => {
    const { body } = await api
      .post('/v1/jumps/score')
      .send({ items: [GOOD, { angles: [0], side: 'left' }, { ...GOOD, angles: [10] }] })
      .expect(200);
    expect(body.items[0].score).toBeCloseTo(5, 5);
    expect(body.items[0].factors).toEqual([]);
    expect(body.items[1].error.code).toBe('INSUFFICIENT_QUALITY');
    expect(body.items[2].score).toBeCloseTo(4.2, 5);
    const explained = await api
      .post('/v1/jumps/score?reasons=true')
      .send({ items: [GOOD] })
      .expect(200);
    expect(explained.body.items[0].factors).toHaveLength(1);
  });

  it('logs each prediction with its input, method, latency and package', async () => {
    const { body } = await api
      .post('/v1/jumps/score')
      .send({ ...GOOD, angles: [42] })
      .expect(200);
    const collection = predictions(fixture.deps.store);
    await expect
      .poll(() => collection.get(body.prediction_id), { timeout: 5_000 })
      .toMatchObject({
        product: 'jumps',
        package: hash,
        method: 'ml_trained',
        value: body.score,
        features: { knee_angle_mean: 42, side: 0, tempo: null },
        latencyMs: expect.any(Number),
      });
  });

  it.each([
    ['a missing field', { angles: [90] }, 'side'],
    ['an empty list', { angles: [], side: 'left' }, 'angles'],
    ['a wrong type', { angles: ['90'], side: 'left' }, 'angles.0'],
    ['an unknown category', { angles: [90], side: 'both' }, 'side'],
    ['a value out of range', { angles: [181], side: 'left' }, 'angles.0'],
    ['an unknown field', { ...GOOD, more: 1 }, '(body)'],
    ['an unknown feature', { features: { knee_angle_mean: 90, side: 'left', more: 1 } }, 'features'],
    ['a missing feature', { features: { side: 'left' } }, 'features.knee_angle_mean'],
    ['a query operator', { angles: { $gt: 0 }, side: 'left' }, 'angles.$gt'],
    ['an empty batch', { items: [] }, 'items'],
    ['a batch with another key', { items: [GOOD], side: 'left' }, 'side'],
    ['an unknown field of an item of a batch', { items: [{ ...GOOD, more: 1 }] }, 'items.0'],
    ['a bad item of a batch', { items: [GOOD, { angles: [1] }] }, 'items.1.side'],
    ['null', null, '(body)'],
    ['a list', [GOOD], '(body)'],
  ])('refuses %s with 400 and names the field', async (_name, sent, field) => {
    const { body } = await api
      .post('/v1/jumps/score')
      .set('Content-Type', 'application/json')
      .send(JSON.stringify(sent))
      .expect(400);
    expect(body.error).toMatchObject({ code: 'INVALID_INPUT', error_id: expect.any(String) });
    expect(body.error.details.fields[0].field).toBe(field);
  });

  it.each([
    ['truncated JSON', '{"angles":[9', 400, 'INVALID_INPUT'],
    ['nothing', '', 400, 'INVALID_INPUT'],
    ['NaN', '{"angles":[NaN],"side":"left"}', 400, 'INVALID_INPUT'],
    ['an infinite number', '{"angles":[1e999],"side":"left"}', 400, 'INVALID_INPUT'],
    ['a prototype key', '{"angles":[90],"side":"left","__proto__":{"admin":true}}', 400, 'INVALID_INPUT'],
    ['an escaped prototype key', '{"angles":[90],"side":"left","\\u005f_proto__":{}}', 400, 'INVALID_INPUT'],
    ['deep nesting', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400, 'INVALID_INPUT'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 415, 'INVALID_FORMAT'],
  ])('refuses %s', async (_name, sent, status, code) => {
    const { body } = await api
      .post('/v1/jumps/score')
      .set('Content-Type', 'application/json')
      .serialize((value: unknown) => value as string)
      .send(sent as string)
      .expect(status);
    expect(body.error.code).toBe(code);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it.each(['text/plain', 'application/xml', 'application/json; charset=latin1', ''])(
    "refuses the content type '%s' with 415",
    async (type) => {
      const { body } = await api.post('/v1/jumps/score').set('Content-Type', type).send('{}').expect(415);
      expect(body.error.code).toBe('INVALID_FORMAT');
    },
  );

  it('limits the body after decompression: a gzip bomb is 413', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    const before = process.memoryUsage().rss;
    const { body } = await api
      .post('/v1/jumps/score')
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'gzip')
      .serialize((value: unknown) => value as string)
      .send(bomb as unknown as string)
      .expect(413);
    expect(body.error.code).toBe('FILE_TOO_LARGE');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });

  it('refuses an unknown encoding, and a body that does not match its encoding', async () => {
    const unknown = api
      .post('/v1/jumps/score')
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'compress');
    expect((await unknown.send('{}').expect(415)).body.error.code).toBe('INVALID_FORMAT');
    const lying = api
      .post('/v1/jumps/score')
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'gzip');
    expect((await lying.send('{}').expect(400)).body.error.code).toBe('INVALID_INPUT');
  });

  it('refuses unknown paths, unknown query parameters and malformed paths', async () => {
    expect((await api.get('/v1/nothing').expect(404)).body.error.code).toBe('NOT_FOUND');
    expect((await api.get('/v1/models?$where=1').expect(400)).body.error.code).toBe('INVALID_INPUT');
    expect((await api.get('/v1/models?__proto__=1').expect(400)).body.error.code).toBe('INVALID_INPUT');
    expect((await api.get('/v1/models/%E0%A4%A/history').expect(400)).body.error.code).toBe('INVALID_INPUT');
    expect((await api.get('/v1/models/constructor/history').expect(404)).body.error.code).toBe('NOT_FOUND');
    expect((await api.post('/v1/jumps/score?reasons=maybe').send(GOOD).expect(400)).body.error.code).toBe(
      'INVALID_INPUT',
    );
  });
});

describe('the prediction route without a champion', () => {
  it('answers with the fixed rules, or with NOT_READY where there are none', async () => {
    const fixture = openFixture();
    try {
      const app = fixture.app();
      await app.start();
      const api = request(app.express);
      const { body } = await api
        .post('/v1/jumps/score')
        .send({ angles: [45], side: 'left' })
        .expect(200);
      expect(body).toMatchObject({
        score: 4,
        rules_score: 4,
        method: 'rules_fallback',
        model: null,
        interval: null,
      });
      expect(body.advice).toEqual([{ factor: 'knee', text: 'Bend the knee less.' }]);
      const refused = await api.post('/v1/throws/predict').send({ distance: 5, player: 'Ana' }).expect(503);
      expect(refused.body.error.code).toBe('NOT_READY');
      expect(refused.headers['retry-after']).toBeDefined();
      await api.get('/health/ready').expect(200);
    } finally {
      await fixture.close();
    }
  });
});
