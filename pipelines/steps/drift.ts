import { alertFor, alertForScores } from '../../monitoring/alert.ts';
import { openAlerts } from '../../monitoring/alerts.ts';
import { keepDriftCheck } from '../../monitoring/drift-history.ts';
import { renderDriftPage } from '../../monitoring/drift-page.ts';
import { type DriftReport, driftReport } from '../../monitoring/drift-report.ts';
import type { DriftSide } from '../../monitoring/drift-sides.ts';
import { retrainPolicy } from '../../monitoring/retrain-policy.ts';
import { checkScores } from '../../monitoring/scorer-rules.ts';
import type { Store } from '../../platform/store/store.ts';
import { CHAMPION } from '../../registry/promotion.ts';
import { type PredictionRecord, predictions } from '../../serving/runtime/prediction-log.ts';
import type { StepDeps } from '../deps.ts';
import { retrainJob } from '../jobs.ts';
import type { Pipeline } from '../pipeline.ts';
import { resolveModel } from '../resolve-model.ts';

const DAY_MS = 86_400_000;

export interface DriftResult {
  verdict: DriftReport['verdict'];
  share: number;
  /** Id of the alert that the check opened or saw again. */
  alert?: string;
}

/** Predictions of the last days, oldest first. */
export async function windowOf(
  product: string,
  days: number,
  now: Date,
  store: Store,
): Promise<PredictionRecord[]> {
  const since = new Date(now.getTime() - days * DAY_MS).toISOString();
  const found: PredictionRecord[] = [];
  for await (const record of predictions(store).all({ product, at: { gt: since } }, { sort: 'at' }))
    found.push(record);
  return found;
}

/** Logged predictions as a side of a comparison, by the columns of the reference. */
export function sideOfPredictions(
  columns: readonly { name: string; kind: 'numeric' | 'categorical' }[],
  records: readonly PredictionRecord[],
): DriftSide {
  return {
    columns: columns.map(({ name, kind }) => ({
      name,
      kind,
      values: Float64Array.from(records, ({ features }) => features[name] ?? Number.NaN),
    })),
    predictions: Float64Array.from(records, ({ value }) => value),
    ids: records.map(({ id }) => id),
  };
}

/**
 * Compares what was asked of the champion in the last days with what it was trained on: keeps the report, raises or
 * clears alerts, and asks for a retraining where the policy says so.
 */
export async function driftStep(
  pipeline: Pipeline,
  { platform, retrain }: Pick<StepDeps, 'platform' | 'retrain'>,
  now = new Date(),
): Promise<DriftResult> {
  const { store, notify, blobs } = platform;
  const { name, monitors } = pipeline;
  const { version, model } = await resolveModel(name, CHAMPION, platform);
  await model.close();
  const records = await windowOf(name, monitors.windowDays, now, store);
  const side = sideOfPredictions(model.reference.columns, records);
  const report = driftReport(model.reference, side, monitors.drift);
  const heading = `${pipeline.serving.title}: last ${monitors.windowDays} days against version ${version.version}`;
  const page = await blobs.put(renderDriftPage(report, heading));
  const at = now.toISOString();
  await keepDriftCheck(store, { product: name, at, version: version.version, page: page.hash, report });

  const alerts = openAlerts({ store, notify });
  const draft = alertFor(report);
  const scores = monitors.scorer && checkScores(records, at, monitors.scorer);
  const scoresDraft = scores && alertForScores(scores);
  if (scoresDraft) await alerts.raise(name, scoresDraft);
  else if (scores?.verdict === 'no_drift') await alerts.clear(name, 'scores', 'drift check');
  if (!draft) {
    if (report.verdict === 'no_drift') await alerts.clear(name, 'drift', 'drift check');
    return { verdict: report.verdict, share: report.share };
  }
  const alert = await alerts.raise(name, draft);
  if (monitors.retrain && retrain) {
    const earlier = await platform.queue.list({ kind: retrainJob.kind }, 100);
    const last = earlier.find(({ payload }) => retrainJob.payload.parse(payload).product === name);
    const policy = retrainPolicy(alert, at, last?.createdAt, retrain);
    const payload = { product: name, seed: 1, reason: `alert ${alert.id}` };
    if (policy.retrain) await retrainJob.add(platform.queue, payload, { key: alert.id });
  }
  return { verdict: report.verdict, share: report.share, alert: alert.id };
}
