import type { Measured } from '../../models/evaluate.ts';
import { type Alert, openAlerts } from '../../monitoring/alerts/alerts.ts';
import { ALERT_RULES } from '../../monitoring/alerts/catalog.ts';
import { retrainPolicy } from '../../monitoring/alerts/retrain-policy.ts';
import { type DriftReport, driftReport } from '../../monitoring/drift/report.ts';
import { saveCheck } from '../../monitoring/last-check.ts';
import { liveError } from '../../monitoring/live-error.ts';
import { checkScores } from '../../monitoring/score-bounds.ts';
import { watchStream } from '../../monitoring/stream-monitor.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { ModelVersion } from '../../platform/tracking/tracking.ts';
import { CHAMPION } from '../../registry/history.ts';
import { STORED } from '../../registry/stored-names.ts';
import { outcomes } from '../../serving/runtime/outcomes.ts';
import { sideOfRecords, windowRecords } from '../../serving/runtime/window.ts';
import { metricsFor } from '../../statistics/metrics.ts';
import type { StepDeps } from '../deps.ts';
import { retrainJob } from '../jobs.ts';
import type { Product } from '../product.ts';
import { resolveModel } from '../resolve-model.ts';

const DAY_MS = 86_400_000;

export interface DriftResult {
  verdict: DriftReport['verdict'];
  share: number;
  /** Ids of the alerts that the check opened or confirmed. */
  alerts: string[];
}

/**
 * Checks the champion's predictions of the last days: inputs against its training data, scores against the product's
 * bounds, the stream of predictions, and the error where outcomes are known. Raises or clears an alert for each check,
 * and enqueues a retraining if the policy says so.
 */
export async function driftStep(
  product: Product,
  { platform, retrain }: Pick<StepDeps, 'platform' | 'retrain'>,
  now = new Date(),
): Promise<DriftResult> {
  const { store, notify } = platform;
  const { name, monitors, serving } = product;
  const { version, model } = await resolveModel(name, CHAMPION, platform);
  await model.close();
  const at = now.toISOString();
  const records = await windowRecords(store, {
    product: name,
    package: version.package,
    since: new Date(now.getTime() - serving.windowDays * DAY_MS).toISOString(),
  });
  const side = sideOfRecords(records, model.signature.input.columns);
  const report = driftReport(model.reference, side, { detectors: monitors.detectors });
  const stream = watchStream(records, model.reference.predictions);
  const scores = monitors.scoreBounds && checkScores(records, at, monitors.scoreBounds);
  const live = liveError(records, await outcomesOf(name, platform), {
    metrics: metricsFor(product.task, product.scale),
    promised: await testMetricsOf(version, platform),
    seed: 1,
  });
  await saveCheck(store, name, { at, report, live });
  const results = { drift: report, stream, liveError: live, scores };

  const alerts = openAlerts({ store, notify });
  const champion = {
    name: 'champion',
    value: `version ${version.version}, package ${version.package.slice(0, 12)}`,
  };
  const raised: Alert[] = [];
  for (const rule of ALERT_RULES.entries) {
    const finding = rule.evaluate(results);
    if (finding === 'clear') await alerts.clear(name, rule.name, 'drift check');
    else if (finding)
      raised.push(await alerts.raise(name, { ...finding, facts: [champion, ...finding.facts] }));
  }
  if (monitors.retrain && retrain) await enqueueRetraining(name, raised, at, { platform, retrain });
  return { verdict: report.verdict, share: report.share, alerts: raised.map(({ id }) => id) };
}

async function enqueueRetraining(
  product: string,
  raised: readonly Alert[],
  at: string,
  { platform, retrain }: Pick<StepDeps, 'platform' | 'retrain'>,
): Promise<void> {
  const earlier = await platform.queue.list({ kind: retrainJob.kind }, 100);
  const last = earlier.find(({ payload }) => retrainJob.payload.parse(payload).product === product);
  for (const alert of raised) {
    if (!retrainPolicy(alert, at, last?.createdAt, retrain).retrain) continue;
    // One retraining per alert, however often it is confirmed.
    const payload = { product, seed: 1, reason: `alert ${alert.id}` };
    await retrainJob.add(platform.queue, payload, { key: alert.id });
    return;
  }
}

async function outcomesOf(product: string, { store }: StepDeps['platform']) {
  const known: { id: string; value: number }[] = [];
  for await (const { id, value } of outcomes(store).all({ product })) known.push({ id, value });
  return known;
}

/** Metrics of the version on the test part, from its test report; undefined if the gate never judged it. */
async function testMetricsOf(
  { run }: ModelVersion,
  { tracking }: StepDeps['platform'],
): Promise<Measured | undefined> {
  try {
    return JSON.parse(Buffer.from(await tracking.getArtifact(run, STORED.testReportFile)).toString()).metrics;
  } catch (error) {
    if (error instanceof TouchlineError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
