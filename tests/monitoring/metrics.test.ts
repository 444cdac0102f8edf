import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DriftReport } from '../../monitoring/drift/report.ts';
import { startExporter } from '../../monitoring/exporter.ts';
import { exportChecks, lastChecks, saveCheck } from '../../monitoring/last-check.ts';
import type { LiveError } from '../../monitoring/live-error.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { observeJobs } from '../../monitoring/observe-jobs.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { monitoringDocument } from '../../scripts/monitoring-document.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { freePort, hasProgram } from '../services/real.ts';

function openStore() {
  const store = openSqliteStore({ path: join(temporaryFolder(), 'store.db') });
  onTestFinished(() => store.close());
  return store;
}

const column = (name: string, test: string, statistic: number, drifted: boolean) =>
  ({ name, test, statistic, drifted }) as DriftReport['columns'][number];
const drifted = {
  verdict: 'drift',
  share: 0.5,
  columns: [column('steady', 'ks', Number.NaN, false), column('moved', 'ks', 0.7, true)],
  prediction: column('prediction', 'ks', 0.4, true),
  effect: { points: -0.25 },
} as DriftReport;
const stable = {
  verdict: 'no_drift',
  share: 0,
  columns: [column('steady', 'wasserstein', 0.01, false)],
} as unknown as DriftReport;
const mae = { value: 1.5, low: 1.2, high: 1.8 };
const worse = {
  labelled: 80,
  metrics: [{ name: 'mae', live: mae, promised: { ...mae, value: 0.8 }, worse: true }],
} as LiveError;
const unknown = { labelled: 3, metrics: [] } as unknown as LiveError;

describe('the last check', () => {
  it('is stored and exported by any process, without series of the check before', async () => {
    const store = openStore();
    const metrics = createMetrics({ process: false });
    await saveCheck(store, 'shots', { at: '2023-11-14T22:13:20.000Z', report: drifted, live: worse });
    exportChecks(metrics, await lastChecks(store));
    const first = await metrics.registry.metrics();
    for (const line of [
      'touchline_drift_verdict{product="shots",verdict="drift"} 1',
      'touchline_drift_verdict{product="shots",verdict="no_drift"} 0',
      'touchline_drift_statistic{product="shots",column="moved",test="ks"} 0.7',
      'touchline_drift_column_drifted{product="shots",column="prediction"} 1',
      'touchline_drift_share_ratio{product="shots"} 0.5',
      'touchline_drift_prediction_shift{product="shots"} -0.25',
      'touchline_drift_last_check_timestamp_seconds{product="shots"} 1700000000',
      'touchline_live_error{product="shots",metric="mae"} 1.5',
      'touchline_live_error_promised{product="shots",metric="mae"} 0.8',
      'touchline_live_error_worse{product="shots",metric="mae"} 1',
      'touchline_live_labelled_predictions{product="shots"} 80',
    ])
      expect(first).toContain(line);
    expect(first).not.toContain('column="steady",test=');

    await saveCheck(store, 'shots', { at: '2023-11-14T22:14:20.000Z', report: stable, live: unknown });
    exportChecks(metrics, await lastChecks(store));
    const second = await metrics.registry.metrics();
    expect(second).toContain('touchline_drift_verdict{product="shots",verdict="no_drift"} 1');
    expect(second).toContain('column="steady",test="wasserstein"} 0.01');
    expect(second).not.toMatch(/moved|prediction_shift\{|mae/);
  });
});

describe('observeJobs', () => {
  it('counts runs by outcome and measures their time', async () => {
    const metrics = createMetrics({ process: false });
    const queue = openStoreQueue({ store: openStore() });
    onTestFinished(() => queue.close());
    let release = () => {};
    const handlers = observeJobs(
      {
        good: async () => null,
        bad: async () => {
          throw new Error('no');
        },
        long: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            release = () => reject(new Error('released'));
          }),
      },
      metrics,
    );
    const value = async (name: string, labels: Record<string, string>) => {
      const { values } = await metrics.registry.getSingleMetric(name)!.get();
      return values.find((one) => Object.entries(labels).every(([key, text]) => one.labels[key] === text))
        ?.value;
    };
    // The series exists before anything ran, so that a first failure shows as an increase.
    expect(await value('touchline_jobs_total', { kind: 'bad', outcome: 'failed' })).toBe(0);
    const worker = queue.work(handlers, { pollMs: 10, concurrency: 3 });
    await queue.add('good', null);
    await queue.add('bad', null, { maxAttempts: 1 });
    await queue.add('long', null);
    const jobs = (kind: string, outcome: string) => value('touchline_jobs_total', { kind, outcome });
    await eventually(async () => (await value('touchline_jobs_active', { kind: 'long' })) === 1);
    await eventually(async () => (await jobs('good', 'done')) === 1 && (await jobs('bad', 'failed')) === 1);
    await worker.stop(0);
    release();
    expect(await jobs('long', 'stopped')).toBe(1);
    expect(await value('touchline_jobs_active', { kind: 'long' })).toBe(0);
    const text = await metrics.registry.metrics();
    expect(text).toContain('touchline_job_duration_seconds_count{kind="good"} 1');
    expect(text).toContain('touchline_job_duration_seconds_count{kind="bad"} 1');
  });
});

describe('startExporter', () => {
  it('serves metrics and liveness only, and names the port that is in use', async () => {
    const metrics = createMetrics();
    const port = await freePort();
    const exporter = await startExporter(metrics, { host: '127.0.0.1', port });
    expect(exporter.url).toBe(`http://127.0.0.1:${port}`);
    const page = await fetch(`${exporter.url}/metrics`);
    expect(page.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await page.text();
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
    expect(await (await fetch(`${exporter.url}/health/live`)).json()).toEqual({ status: 'live' });
    expect((await fetch(`${exporter.url}/secrets`)).status).toBe(404);
    expect((await fetch(`${exporter.url}/metrics`, { method: 'POST' })).status).toBe(405);
    await expect(startExporter(metrics, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      details: { setting: 'TOUCHLINE_METRICS_PORT' },
    });
    await exporter.close();
    await expect(fetch(exporter.url)).rejects.toThrow();
  });
});

describe('createMetrics', () => {
  it('keeps the metrics of two apps in one process separate', async () => {
    const [a, b] = [createMetrics(), createMetrics()];
    a.predictions.inc({ product: 'shots', method: 'ml_trained', package: 'abc' }, 3);
    expect(await a.registry.metrics()).toContain(
      'touchline_predictions_total{product="shots",method="ml_trained",package="abc"} 3',
    );
    expect(await b.registry.metrics()).not.toContain('product="shots"');
  });

  it('exports no series before a value is set', async () => {
    const text = await createMetrics({ process: false }).registry.metrics();
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it('matches docs/monitoring.md, which is generated', async () => {
    const document = readFileSync(new URL('../../docs/monitoring.md', import.meta.url), 'utf8');
    expect(document).toBe(await monitoringDocument());
  });

  it.skipIf(!hasProgram('promtool'))('passes promtool’s check of names and units', async () => {
    const metrics = createMetrics({ process: false });
    metrics.requests.inc({ method: 'GET', route: '/metrics', status: '200' });
    execFileSync('promtool', ['check', 'metrics'], { input: await metrics.registry.metrics() });
  });
});
