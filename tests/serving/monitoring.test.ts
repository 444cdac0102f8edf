import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAlerts } from '../../monitoring/alerts/alerts.ts';
import { type PredictionRecord, predictions } from '../../serving/runtime/prediction-log.ts';
import { type Fixture, jumpPackage, openFixture } from './fixture.ts';

describe('the monitoring routes', () => {
  let fixture: Fixture;
  let api: ReturnType<typeof request>;
  let hash: string;

  beforeAll(async () => {
    fixture = openFixture();
    const sample = Array.from({ length: 200 }, (_, i) => i % 20);
    const built = await jumpPackage(0, { sample });
    hash = built.hash;
    await fixture.promote('jumps', built);
    const app = fixture.app();
    await app.start();
    api = request(app.express);
  });
  afterAll(() => fixture.close());

  async function log(count: number, value: (i: number) => number, age = 0): Promise<void> {
    const at = new Date(Date.now() - age).toISOString();
    const record = (i: number): PredictionRecord => ({
      id: `${at}-${i}`,
      product: 'jumps',
      at,
      package: hash,
      version: 1,
      method: 'ml_trained',
      value: 5,
      low: null,
      high: null,
      confidence: null,
      rulesScore: null,
      latencyMs: 1,
      caller: 'demo',
      features: { knee_angle_mean: value(i), side: i % 2, tempo: value(i) },
    });
    await predictions(fixture.deps.store).insertMany(Array.from({ length: count }, (_, i) => record(i)));
  }

  it('report too little data first, then drift', async () => {
    const first = (await api.get('/v1/drift/jumps').expect(200)).body;
    expect(first).toMatchObject({ verdict: 'not_enough_data', days: 7, rows: { current: 0 } });
    await log(500, () => 1, 30 * 86_400_000);
    await log(300, (i) => 100 + (i % 20));
    const { body } = await api.get('/v1/drift/jumps?days=6').expect(200);
    expect(body.verdict).toBe('drift');
    expect(body.rows.current).toBe(300);
    expect(body.columns.find((one: { name: string }) => one.name === 'knee_angle_mean').drifted).toBe(true);
    const page = await api.get('/v1/drift/jumps/page?days=6').expect(200).expect('Content-Type', /html/);
    expect(page.text).toContain('Jumps: drift of the last 6 days');
    expect(page.headers['content-security-policy']).not.toContain('script-src');
    await api.get('/v1/drift/throws').expect(404);
    await api.get('/v1/drift/nothing').expect(404);
    await api.get('/v1/drift/jumps?days=0').expect(400);
  });

  it('list alerts, and acknowledge an alert together with its inbox entry', async () => {
    const alerts = openAlerts({ store: fixture.deps.store, notify: fixture.inbox });
    const alert = await alerts.raise('jumps', {
      kind: 'drift',
      severity: 'warning',
      title: '2 columns drifted',
      body: 'Look.',
      facts: [],
      evidence: [],
      next: [],
    });
    const { body } = await api.get('/v1/alerts?status=open').expect(200);
    expect(body.alerts).toHaveLength(1);
    const [{ id }] = body.alerts;
    const seen = await api.post(`/v1/alerts/${id}/acknowledge`).expect(200);
    expect(seen.body.acknowledged.by).toBe('demo');
    expect((await alerts.get(alert.id))?.status).toBe('acknowledged');
    await api.post('/v1/alerts/abcdef/acknowledge').expect(404);
  });

  it('list the champion, its candidates and reports, and its history', async () => {
    const { body } = await api.get('/v1/models').expect(200);
    const jumps = body.models.find((one: { product: string }) => one.product === 'jumps');
    expect(jumps.champion).toMatchObject({ version: 1, package: hash });
    expect(jumps.candidates[0]).toMatchObject({
      version: 1,
      estimator: 'linear',
      metrics: { validation_mae: 0.5 },
    });
    const { run } = jumps.candidates[0];
    await api.get(`/v1/models/jumps/runs/${run}/report`).expect(404);
    await fixture.deps.tracking.putArtifact(
      run,
      'report.html',
      Buffer.from('<!doctype html><p>Residuals</p>'),
    );
    const report = await api
      .get(`/v1/models/jumps/runs/${run}/report`)
      .expect(200)
      .expect('Content-Type', /html/);
    expect(report.text).toContain('Residuals');
    expect(report.headers['content-security-policy']).not.toContain('script-src');
    await api.get(`/v1/models/throws/runs/${run}/report`).expect(404);
    await api.get('/v1/models/jumps/runs/..%2F..%2Fetc/report').expect(400);
    const history = (await api.get('/v1/models/jumps/history').expect(200)).body;
    expect(history.reigns[0]).toMatchObject({
      version: 1,
      by: 'tests',
      reasons: ['Better on held-out groups.'],
    });
    const before = await api.get('/v1/models/jumps/history?at=2020-01-01T00:00:00Z').expect(200);
    expect(before.body.reigns).toEqual([]);
    await api.get('/v1/models/jumps/history?at=yesterday').expect(400);
  });

  it('expose metrics to Prometheus', async () => {
    await api
      .post('/v1/jumps/score')
      .send({ angles: [90], side: 'left' })
      .expect(200);
    const { text } = await api
      .get('/metrics')
      .expect(200)
      .expect('Content-Type', /text\/plain/);
    expect(text).toMatch(/touchline_predictions_total\{[^}]*product="jumps"[^}]*\} 1/);
    for (const line of [
      `touchline_model_info{product="jumps",version="1",package="${hash}",estimator="linear",device="cpu"} 1`,
      'touchline_model_loaded{product="jumps"} 1',
      'touchline_model_loaded{product="throws"} 0',
      'touchline_model_load_failed{product="jumps"} 0',
      'touchline_ready 1',
      'touchline_dependency_up{dependency="store"} 1',
      'touchline_prediction_batch_rows_count{product="jumps"} 1',
      ...['features', 'model', 'reasons', 'log'].map(
        (stage) => `touchline_prediction_stage_duration_seconds_count{product="jumps",stage="${stage}"} 1`,
      ),
      'touchline_prediction_log_lost_total 0',
      'touchline_queue_jobs{state="dead"} 0',
      'touchline_alerts_open{product="jumps",kind="drift",severity="warning"} 1',
    ])
      expect(text).toContain(line);
    expect(text).toMatch(
      /touchline_http_requests_total\{method="GET",route="\/v1\/drift\/:product",status="200"\}/,
    );
  });

  it('count failed predictions by code, and omit gauges that cannot be read', async () => {
    await api.post('/v1/jumps/score').send({ angles: [], side: 'left' }).expect(400);
    await api.post('/v1/throws/predict').send({ distance: 5, player: 'Ana' }).expect(503);
    const items = [{ angles: [0], side: 'left' }];
    await api.post('/v1/jumps/score').send({ items }).expect(200);
    const { text } = await api.get('/metrics').expect(200);
    for (const [product, code] of [
      ['jumps', 'INVALID_INPUT'],
      ['jumps', 'INSUFFICIENT_QUALITY'],
      ['throws', 'NOT_READY'],
    ])
      expect(text).toContain(`touchline_prediction_failures_total{product="${product}",code="${code}"} 1`);
    expect(text).toContain('touchline_prediction_failures_total{product="jumps",code="MODEL_ERROR"} 0');

    // Names in paths create no series of their own.
    for (let i = 0; i < 20; i++) await api.get(`/v1/nothing-${i}`).expect(404);
    const page = await api.get('/metrics').expect(200);
    expect(page.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(page.text).toContain('touchline_http_requests_total{method="GET",route="none",status="404"} 20');
    expect(page.text).not.toContain('nothing-');

    const unavailable = async () => {
      throw new Error('unavailable');
    };
    const app = fixture.app({ queue: { ...fixture.deps.queue, counts: unavailable, ping: unavailable } });
    const { text: without } = await request(app.express).get('/metrics').expect(200);
    expect(without).toContain('touchline_dependency_up{dependency="queue"} 0');
    expect(without).toContain('touchline_dependency_up{dependency="store"} 1');
    expect(without).not.toContain('touchline_queue_jobs{');
    // This app was never started.
    expect(without).toContain('touchline_ready 0');
  });
});
