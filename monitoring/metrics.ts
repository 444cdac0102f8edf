import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DriftReport } from './drift-report.ts';

/** Seconds; from a tree in process to a slow batch. */
const LATENCY = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const VERDICTS = ['drift', 'no_drift', 'not_enough_data'] as const;

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Everything that Prometheus scrapes, in a registry of its own: two apps in one process do not meet.
 * @param options.process whether to add memory, CPU and event loop of this process; default true.
 */
export function createMetrics(options: { process?: boolean } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (options.process ?? true) collectDefaultMetrics({ register: registry, prefix: 'touchline_' });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge<L>({ name: `touchline_${name}`, help, labelNames, registers });
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter<L>({ name: `touchline_${name}`, help, labelNames, registers });

  const drift = {
    statistic: gauge('drift_statistic', 'Drift statistic of a column at the last check.', [
      'product',
      'column',
      'test',
    ]),
    drifted: gauge('drift_column_drifted', '1 where the column drifted at the last check.', [
      'product',
      'column',
    ]),
    share: gauge('drift_share_ratio', 'Share of drifted columns at the last check, 0 to 1.', ['product']),
    verdict: gauge('drift_verdict', '1 for the verdict of the last check, 0 for the others.', [
      'product',
      'verdict',
    ]),
    effect: gauge('drift_prediction_shift', 'Mean prediction now minus in the reference, in points.', [
      'product',
    ]),
    checkedAt: gauge('drift_last_check_timestamp_seconds', 'When drift was last checked.', ['product']),
  };
  const model = gauge('model_info', 'Champion that is served: 1 for the present one.', [
    'product',
    'version',
    'package',
  ]);
  const served = new Map<string, { product: string; version: string; package: string }>();
  const tested = new Map<string, { product: string; column: string; test: string }>();

  return {
    registry,
    requests: counter('http_requests_total', 'Requests answered, by route template and status.', [
      'method',
      'route',
      'status',
    ]),
    requestSeconds: new Histogram({
      name: 'touchline_http_request_duration_seconds',
      help: 'Time from request to answer, by route template.',
      labelNames: ['method', 'route'] as const,
      buckets: LATENCY,
      registers,
    }),
    predictions: counter('predictions_total', 'Predictions answered.', ['product', 'method', 'package']),
    predictionSeconds: new Histogram({
      name: 'touchline_prediction_duration_seconds',
      help: 'Time of one prediction, features to score.',
      labelNames: ['product', 'method'] as const,
      buckets: LATENCY,
      registers,
    }),
    batchRows: new Histogram({
      name: 'touchline_prediction_batch_rows',
      help: 'Rows of one prediction request.',
      labelNames: ['product'] as const,
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
      registers,
    }),
    queueDepth: gauge('queue_jobs', 'Jobs in the queue, by state.', ['state']),
    jobs: counter('jobs_total', 'Jobs that ended, by kind and outcome.', ['kind', 'outcome']),
    alerts: gauge('alerts_open', 'Alerts that are not resolved.', ['product', 'kind', 'severity']),
    drift,

    /** Names the champion of a product; the one before disappears. */
    setModel(product: string, version: number | string, packageHash: string): void {
      const before = served.get(product);
      if (before) model.remove(before);
      const labels = { product, version: String(version), package: packageHash };
      served.set(product, labels);
      model.set(labels, 1);
    },

    /** Shows the last drift report of a product. `at` in milliseconds. */
    setDrift(product: string, report: DriftReport, at: number): void {
      for (const column of [...report.columns, ...(report.prediction ? [report.prediction] : [])]) {
        const { name, test, statistic } = column;
        drift.drifted.set({ product, column: name }, column.drifted ? 1 : 0);
        const key = `${product}:${name}`;
        const before = tested.get(key);
        if (before) drift.statistic.remove(before);
        const labels = { product, column: name, test };
        tested.set(key, labels);
        if (Number.isFinite(statistic)) drift.statistic.set(labels, statistic);
      }
      drift.share.set({ product }, report.share);
      for (const verdict of VERDICTS)
        drift.verdict.set({ product, verdict }, report.verdict === verdict ? 1 : 0);
      if (report.effect) drift.effect.set({ product }, report.effect.points);
      drift.checkedAt.set({ product }, at / 1000);
    },
  };
}
