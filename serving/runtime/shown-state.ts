import type { Alerts } from '../../monitoring/alerts/alerts.ts';
import { exportChecks, lastChecks } from '../../monitoring/last-check.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import type { ServedProduct } from '../product.ts';
import type { Champions } from './champion.ts';
import type { PredictionLog } from './prediction-log.ts';

export interface StateDeps {
  metrics: Metrics;
  products: readonly ServedProduct[];
  champions: Champions;
  store: Store;
  queue: Queue;
  tracking: Tracking;
  blobs: Blobs;
  alerts: Pick<Alerts, 'list'>;
  predictionLog: Pick<PredictionLog, 'waiting'>;
  spoolBytes: number;
  /** What stands between this server and requests. */
  obstacles(): readonly string[];
}

/** A service that is away must not hold the scrape for longer: Prometheus gives up after 10 s. */
const PATIENCE_MS = 2_000;

/**
 * Brings the gauges that describe a state, not an event, up to date. What cannot be read has no series until it can be
 * again: an old value would look like a present one.
 */
export async function showState(deps: StateDeps): Promise<void> {
  const { metrics, store, queue, tracking, blobs } = deps;
  metrics.ready.set(deps.obstacles().length === 0 ? 1 : 0);
  showModels(deps);
  showPredictionLog(deps);
  await Promise.all([
    ...Object.entries({ store, queue, tracking, blobs }).map(([dependency, port]) =>
      withTimeout(PATIENCE_MS, port.ping()).then(
        () => metrics.dependencyUp.set({ dependency }, 1),
        () => metrics.dependencyUp.set({ dependency }, 0),
      ),
    ),
    withTimeout(PATIENCE_MS, queue.counts())
      .catch(() => ({}))
      .then((counts) => {
        metrics.queueJobs.reset();
        for (const [state, count] of Object.entries(counts)) metrics.queueJobs.set({ state }, count);
      }),
    withTimeout(PATIENCE_MS, lastChecks(store))
      .catch(() => [])
      .then((checks) => exportChecks(metrics, checks)),
    withTimeout(PATIENCE_MS, openAlerts(deps.alerts))
      .catch(() => [])
      .then((alerts) => {
        metrics.alertsOpen.reset();
        for (const { product, kind, severity } of alerts) metrics.alertsOpen.inc({ product, kind, severity });
      }),
  ]);
}

function showModels({ metrics, products, champions }: StateDeps): void {
  metrics.modelInfo.reset();
  for (const { name: product } of products) {
    const { served, failure } = champions.state(product);
    metrics.modelLoaded.set({ product }, served === undefined ? 0 : 1);
    metrics.modelLoadFailed.set({ product }, failure === undefined ? 0 : 1);
    if (served === undefined) continue;
    const { version, package: hash, estimator, device } = served;
    metrics.modelInfo.set({ product, version: String(version), package: hash, estimator, device }, 1);
  }
}

function showPredictionLog({ metrics, predictionLog, spoolBytes }: StateDeps): void {
  const { bytes, dropped } = predictionLog.waiting;
  metrics.logWaiting.set(bytes);
  metrics.logLimit.set(spoolBytes);
  metrics.logLost.reset();
  metrics.logLost.inc(dropped);
}

async function openAlerts(alerts: Pick<Alerts, 'list'>) {
  const [open, acknowledged] = await Promise.all(
    (['open', 'acknowledged'] as const).map((status) => alerts.list({ status }, { limit: 1_000 })),
  );
  return [...open.items, ...acknowledged.items];
}
