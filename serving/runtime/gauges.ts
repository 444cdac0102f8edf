import type { Alerts } from '../../monitoring/alerts/alerts.ts';
import { exportChecks, lastChecks } from '../../monitoring/last-check.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import type { Services } from '../services.ts';

/** An unavailable service must not hold up the scrape for longer: Prometheus gives up after 10 s. */
const TIMEOUT_MS = 2_000;

/**
 * Updates the gauges that describe a state rather than count events. A gauge whose value cannot be read has no series
 * until it can be read again, because an old value would look current.
 */
export async function updateGauges(services: Services): Promise<void> {
  const { metrics, store, queue, tracking, blobs } = services;
  metrics.ready.set(services.notReadyReasons().length === 0 ? 1 : 0);
  updateModels(services);
  updatePredictionLog(services);
  await Promise.all([
    ...Object.entries({ store, queue, tracking, blobs }).map(([dependency, port]) =>
      withTimeout(TIMEOUT_MS, port.ping()).then(
        () => metrics.dependencyUp.set({ dependency }, 1),
        () => metrics.dependencyUp.set({ dependency }, 0),
      ),
    ),
    withTimeout(TIMEOUT_MS, queue.counts())
      .catch(() => ({}))
      .then((counts) => {
        metrics.queueJobs.reset();
        for (const [state, count] of Object.entries(counts)) metrics.queueJobs.set({ state }, count);
      }),
    withTimeout(TIMEOUT_MS, lastChecks(store))
      .catch(() => [])
      .then((checks) => exportChecks(metrics, checks)),
    withTimeout(TIMEOUT_MS, unresolvedAlerts(services.alerts))
      .catch(() => [])
      .then((alerts) => {
        metrics.alertsOpen.reset();
        for (const { product, kind, severity } of alerts) metrics.alertsOpen.inc({ product, kind, severity });
      }),
  ]);
}

function updateModels({ metrics, products, champions }: Services): void {
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

function updatePredictionLog({ metrics, predictionLog, limits }: Services): void {
  const { bytes, dropped } = predictionLog.waiting;
  metrics.logWaiting.set(bytes);
  metrics.logLimit.set(limits.spoolBytes);
  metrics.logLost.reset();
  metrics.logLost.inc(dropped);
}

async function unresolvedAlerts(alerts: Alerts) {
  const [open, acknowledged] = await Promise.all(
    (['open', 'acknowledged'] as const).map((status) => alerts.list({ status }, { limit: 1_000 })),
  );
  return [...open.items, ...acknowledged.items];
}
