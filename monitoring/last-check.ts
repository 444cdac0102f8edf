import type { Collection, Document, Store } from '../platform/store/store.ts';
import type { DriftReport } from './drift/report.ts';
import type { LiveError } from './live-error.ts';
import type { Metrics } from './metrics.ts';

/** What the last check of a product found, stored so that every process can export it as metrics. */
export interface LastCheck extends Document {
  /** The product. */
  id: string;
  /** ISO date. */
  at: string;
  drift: {
    verdict: DriftReport['verdict'];
    share: number;
    columns: { name: string; test: string; statistic: number | null; drifted: boolean }[];
    /** How far the mean prediction moved; absent where the reference has no predictions. */
    shift?: number;
  };
  live: {
    labelled: number;
    metrics: { name: string; value: number; promised?: number; worse: boolean }[];
  };
}

const VERDICTS: readonly DriftReport['verdict'][] = ['drift', 'no_drift', 'not_enough_data'];

const collection = (store: Store): Collection<LastCheck> => store.collection<LastCheck>('last_checks');

/** Stores what a check found, replacing the check before. */
export async function saveCheck(
  store: Store,
  product: string,
  found: { at: string; report: DriftReport; live: LiveError },
): Promise<void> {
  const { at, report, live } = found;
  await collection(store).put({
    id: product,
    at,
    drift: {
      verdict: report.verdict,
      share: report.share,
      columns: [...report.columns, ...(report.prediction ? [report.prediction] : [])].map((column) => ({
        name: column.name,
        test: column.test,
        statistic: Number.isFinite(column.statistic) ? column.statistic : null,
        drifted: column.drifted,
      })),
      ...(report.effect && { shift: report.effect.points }),
    },
    live: {
      labelled: live.labelled,
      metrics: live.metrics.map(({ name, live: { value }, promised, worse }) => ({
        name,
        value,
        ...(promised && { promised: promised.value }),
        worse,
      })),
    },
  });
}

/** The last check of every product that has been checked. */
export async function lastChecks(store: Store): Promise<LastCheck[]> {
  const checks: LastCheck[] = [];
  for await (const { _version, ...check } of collection(store).all()) checks.push(check);
  return checks;
}

/** Sets the gauges from the checks; series of earlier checks that these lack disappear. */
export function exportChecks(metrics: Metrics, checks: readonly LastCheck[]): void {
  const { driftStatistic, driftColumn, driftShare, driftVerdict, driftShift, driftCheckedAt } = metrics;
  const { liveError, liveErrorPromised, liveErrorWorse, liveLabelled } = metrics;
  for (const gauge of [driftStatistic, driftColumn, driftShare, driftVerdict, driftShift, driftCheckedAt])
    gauge.reset();
  for (const gauge of [liveError, liveErrorPromised, liveErrorWorse, liveLabelled]) gauge.reset();
  for (const { id: product, at, drift, live } of checks) {
    for (const { name: column, test, statistic, drifted } of drift.columns) {
      driftColumn.set({ product, column }, drifted ? 1 : 0);
      if (statistic !== null) driftStatistic.set({ product, column, test }, statistic);
    }
    for (const verdict of VERDICTS) driftVerdict.set({ product, verdict }, verdict === drift.verdict ? 1 : 0);
    driftShare.set({ product }, drift.share);
    if (drift.shift !== undefined) driftShift.set({ product }, drift.shift);
    driftCheckedAt.set({ product }, Date.parse(at) / 1_000);
    liveLabelled.set({ product }, live.labelled);
    for (const { name: metric, value, promised, worse } of live.metrics) {
      liveError.set({ product, metric }, value);
      if (promised !== undefined) liveErrorPromised.set({ product, metric }, promised);
      liveErrorWorse.set({ product, metric }, worse ? 1 : 0);
    }
  }
}
