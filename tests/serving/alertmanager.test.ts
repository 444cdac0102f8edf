import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../serving/auth/keys.ts';
import { type Fixture, openFixture } from './fixture.ts';

const TOKEN = 'a-token-of-hooks-0123456789';
const PATH = '/hooks/alertmanager';

const alert = (more: Record<string, unknown> = {}) => ({
  status: 'firing',
  labels: { alertname: 'HighLoad', severity: 'critical', instance: 'node:9100' },
  annotations: {
    summary: 'High load on node',
    description: 'Load is 4 a core.',
    runbook: 'http://runbooks/load',
  },
  startsAt: '2026-01-02T03:04:05.678Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph?g0.expr=node_load1',
  fingerprint: 'c0ffee00c0ffee00',
  ...more,
});

/** As Alertmanager 0.25 sends it. */
const payload = (...alerts: object[]) => ({
  receiver: 'touchline',
  status: 'firing',
  alerts,
  groupLabels: { alertname: 'HighLoad' },
  commonLabels: { alertname: 'HighLoad' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{alertname="HighLoad"}',
  truncatedAlerts: 0,
});

describe('the Alertmanager hook', () => {
  let fixture: Fixture;
  let app: ReturnType<Fixture['app']>;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    fixture = openFixture();
    for (const role of ['viewer', 'expert', 'operator', 'admin'] as const)
      keys[role] = (await createKey(fixture.deps.store, { role, owner: role, now: Date.now() })).key;
    app = fixture.app({ auth: { mode: 'keys' }, hookToken: TOKEN });
  });
  afterAll(() => fixture.close());

  const post = (body: object, token = TOKEN) =>
    request(app.express).post(PATH).set('Authorization', `Bearer ${token}`).send(body);
  const listed = async () => (await fixture.inbox.list()).items;

  it('accepts its token and operators’ keys, and nothing else', async () => {
    await request(app.express).post(PATH).send(payload()).expect(401);
    await post(payload(), `${TOKEN}x`).expect(401);
    await post(payload(), keys.viewer).expect(403);
    await post(payload(), keys.expert).expect(403);
    for (const token of [TOKEN, keys.operator, keys.admin])
      expect((await post(payload(), token).expect(200)).body).toEqual({ alerts: 0 });
  });

  it('has a token that gives access to no other route', async () => {
    for (const path of ['/v1/alerts', '/v1/models', '/metrics'])
      await request(app.express).get(path).set('Authorization', `Bearer ${TOKEN}`).expect(401);
  });

  it('accepts no token where none is configured', async () => {
    for (const hookToken of [undefined, '']) {
      const closed = fixture.app({
        auth: { mode: 'keys' },
        hookToken,
        spool: `${fixture.folder}/spool-${hookToken}`,
      });
      for (const sent of ['Bearer undefined', 'Bearer ', `Bearer ${TOKEN}`])
        await request(closed.express).post(PATH).set('Authorization', sent).send(payload()).expect(401);
    }
  });

  it('keeps one inbox entry per alert, from its first firing until it is resolved', async () => {
    await post(payload(alert())).expect(200);
    await post(payload(alert())).expect(200);
    expect(await listed()).toMatchObject([
      {
        incident: 'alertmanager:c0ffee00c0ffee00',
        severity: 'critical',
        status: 'open',
        title: 'Prometheus: High load on node',
        body: 'Load is 4 a core.',
        messages: 2,
        links: [
          { label: 'Query', url: 'http://prometheus:9090/graph?g0.expr=node_load1' },
          { label: 'Alertmanager', url: 'http://alertmanager:9093' },
          { label: 'runbook', url: 'http://runbooks/load' },
        ],
      },
    ]);
    expect((await listed())[0].facts).toEqual([
      { name: 'alert', value: 'HighLoad' },
      { name: 'since', value: '2026-01-02T03:04:05.678Z' },
      { name: 'instance', value: 'node:9100' },
    ]);
    await post(payload(alert({ status: 'resolved', endsAt: '2026-01-02T04:00:00Z' }))).expect(200);
    expect(await listed()).toMatchObject([{ status: 'resolved', messages: 3 }]);
    const { body } = await request(app.express)
      .get('/v1/alerts?status=resolved')
      .set('Authorization', `Bearer ${keys.viewer}`)
      .expect(200);
    expect(body.alerts).toMatchObject([{ title: 'Prometheus: High load on node', links: [{}, {}, {}] }]);
    await request(app.express)
      .post(`/v1/alerts/${body.alerts[0].id}/acknowledge`)
      .set('Authorization', `Bearer ${keys.operator}`)
      .expect(200);
  });

  it('maps severity labels, and links only to web addresses', async () => {
    const severities = ['page', 'warning', 'info', 'none', 'catastrophe', 'constructor', undefined];
    await post(
      payload(
        ...severities.map((severity, i) =>
          alert({
            labels: { alertname: `A${i}`, ...(severity && { severity }) },
            annotations: { runbook: 'javascript:alert(1)' },
            generatorURL: 'javascript:alert(1)',
            fingerprint: `${i}`,
          }),
        ),
      ),
    ).expect(200);
    const found = (await listed()).filter(({ title }) => /A\d/.test(title));
    const bySeverity = Object.fromEntries(found.map(({ title, severity }) => [title.at(-1), severity]));
    expect(severities.map((_, i) => bySeverity[i])).toEqual([
      ...['critical', 'warning', 'info', 'info', 'warning', 'warning', 'warning'],
    ]);
    for (const { links } of found)
      expect(links).toEqual([{ label: 'Alertmanager', url: 'http://alertmanager:9093' }]);
  });

  it.each([
    ['another version', { ...payload(), version: '3' }],
    ['no alerts', { version: '4' }],
    ['an alert without labels', payload(alert({ labels: undefined }))],
    ['a label that is not text', payload(alert({ labels: { a: { $ne: 1 } } }))],
    ['an invalid fingerprint', payload(alert({ fingerprint: '../x' }))],
    ['an unknown state', payload(alert({ status: 'open' }))],
    ['too many alerts', payload(...Array.from({ length: 1_001 }, () => alert()))],
  ])('refuses %s', async (_name, body) => {
    const before = await listed();
    const answer = await post(body).expect(400);
    expect(answer.body.error.code).toBe('INVALID_INPUT');
    expect(await listed()).toEqual(before);
  });
});
