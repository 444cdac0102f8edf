import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds: from one prediction in process to a slow batch. */
const LATENCY = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Seconds: from a drift check to hours of training. */
const DURATION = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/** Stages of a prediction request, in this order. */
export const STAGES = ['features', 'model', 'reasons', 'log'] as const;
export type Stage = (typeof STAGES)[number];

/** How a run of a job ended: `failed` runs may be retried; `stopped` ones were returned to the queue by a worker that shut down. */
export type JobOutcome = 'done' | 'failed' | 'stopped';

/** Content type of the Prometheus text format. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Everything that Prometheus scrapes, in a registry of its own so that two apps in one process stay separate.
 * Names follow Prometheus conventions (base units, `_total`, labels with few values); docs/monitoring.md lists them.
 * @param options.process whether to add memory, CPU and event loop of this process; default true.
 */
export function createMetrics(options: { process?: boolean } = {}) {
  const registry = new Registry();
  const registers = [registry];
  // prom-client's default names, which ready-made dashboards for Node.js expect.
  if (options.process ?? true) collectDefaultMetrics({ register: registry });

  // A metric without labels would start as 0: remove it until it is set, or a worker would look like an API that is not ready.
  const unset = <M extends { remove(): void }>(metric: M, labelNames: readonly string[]): M => {
    if (labelNames.length === 0) metric.remove();
    return metric;
  };
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    unset(new Gauge<L>({ name: `touchline_${name}`, help, labelNames, registers }), labelNames);
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    unset(new Counter<L>({ name: `touchline_${name}`, help, labelNames, registers }), labelNames);
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ) => new Histogram<L>({ name: `touchline_${name}`, help, labelNames, buckets, registers });

  return {
    registry,

    requests: counter('http_requests_total', 'HTTP requests, by route template and status.', [
      'method',
      'route',
      'status',
    ]),
    requestSeconds: histogram(
      'http_request_duration_seconds',
      'Time from request to response, by route template.',
      ['method', 'route'],
      LATENCY,
    ),

    predictions: counter(
      'predictions_total',
      'Predictions served, by method and package (`rules` where no package answered).',
      ['product', 'method', 'package'],
    ),
    predictionFailures: counter(
      'prediction_failures_total',
      'Predictions that the model failed to make, by error code, including those that the rules answered instead. A batch that is refused as a whole counts once.',
      ['product', 'code'],
    ),
    predictionSeconds: histogram(
      'prediction_duration_seconds',
      'Time of one prediction, from row to answer; for a batch, the time per item.',
      ['product', 'method'],
      LATENCY,
    ),
    stageSeconds: histogram(
      'prediction_stage_duration_seconds',
      `Time of one prediction request, by stage: ${STAGES.join(', ')}.`,
      ['product', 'stage'],
      LATENCY,
    ),
    batchRows: histogram('prediction_batch_rows', 'Items per prediction request.', ['product'], ROWS),
    logWaiting: gauge(
      'prediction_log_waiting_bytes',
      'Bytes of predictions that wait on disk to be written to the store.',
    ),
    logLimit: gauge('prediction_log_limit_bytes', 'Maximum bytes of predictions that may wait on disk.'),
    logLost: counter(
      'prediction_log_lost_total',
      'Predictions that were served but not logged, because the limit on disk was reached.',
    ),

    ready: gauge(
      'ready',
      '1 while the API accepts requests, 0 while it starts, drains or waits for a dependency.',
    ),
    dependencyUp: gauge('dependency_up', '1 while a service that the API depends on is available.', [
      'dependency',
    ]),
    modelInfo: gauge('model_info', 'The champion that serves predictions: 1 for the present one.', [
      'product',
      'version',
      'package',
      'estimator',
      'device',
    ]),
    modelLoaded: gauge('model_loaded', '1 while a champion of the product is loaded.', ['product']),
    modelLoadFailed: gauge('model_load_failed', '1 while the current champion version cannot be loaded.', [
      'product',
    ]),

    queueJobs: gauge('queue_jobs', 'Jobs in the queue, by state.', ['state']),
    jobs: counter('jobs_total', 'Job runs that ended in this process, by kind and outcome.', [
      'kind',
      'outcome',
    ]),
    jobSeconds: histogram('job_duration_seconds', 'Time of one job run.', ['kind'], DURATION),
    jobsActive: gauge('jobs_active', 'Jobs that are running in this process.', ['kind']),

    alertsOpen: gauge('alerts_open', 'Unresolved alerts.', ['product', 'kind', 'severity']),
    driftStatistic: gauge('drift_statistic', 'Drift statistic of a column at the last check.', [
      'product',
      'column',
      'test',
    ]),
    driftColumn: gauge('drift_column_drifted', '1 where the column drifted at the last check.', [
      'product',
      'column',
    ]),
    driftShare: gauge('drift_share_ratio', 'Share of drifted columns at the last check, 0 to 1.', [
      'product',
    ]),
    driftVerdict: gauge('drift_verdict', '1 for the verdict of the last check, 0 for the others.', [
      'product',
      'verdict',
    ]),
    driftShift: gauge(
      'drift_prediction_shift',
      'Mean prediction at the last check minus that of the reference, on the scale of the product.',
      ['product'],
    ),
    driftCheckedAt: gauge('drift_last_check_timestamp_seconds', 'Time of the last drift check.', ['product']),
    liveError: gauge('live_error', 'Metric on predictions with a known outcome.', ['product', 'metric']),
    liveErrorPromised: gauge('live_error_promised', 'The same metric on the test data of the champion.', [
      'product',
      'metric',
    ]),
    liveErrorWorse: gauge(
      'live_error_worse',
      '1 where the live metric is worse than on the test data by more than both intervals.',
      ['product', 'metric'],
    ),
    liveLabelled: gauge('live_labelled_predictions', 'Predictions with a known outcome at the last check.', [
      'product',
    ]),
  };
}
