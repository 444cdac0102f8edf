import type { Snapshot } from '../datasets/snapshots/snapshot.ts';
import type { EtlReport } from '../etl/run-etl.ts';
import type { Measured, Slice } from '../models/evaluate.ts';
import type { Baseline } from '../pipelines/inspect/baseline.ts';
import type { Panel } from '../pipelines/inspect/panel.ts';
import type { CandidateSummary } from '../pipelines/jobs.ts';
import type { TrainingPlan } from '../pipelines/product.ts';
import { type Cell, cell, table } from './table.ts';

export function etlText({ read, accepted, rejected, duplicates, rejects, seconds }: EtlReport): string {
  const counts = `${cell(read)} read, ${cell(accepted)} accepted, ${cell(rejected)} rejected, ${cell(duplicates)} ${duplicates === 1 ? 'duplicate' : 'duplicates'} in ${cell(seconds)} s`;
  return [counts, ...rejects.map(({ reason, count }) => `  ${cell(count)} × ${reason}`)].join('\n');
}

export function snapshotText({ id, rows, groups, splits, quality }: Snapshot): string {
  const parts = Object.entries(splits).map(([part, one]) => [part, one.rows, one.groups]);
  const failed = quality.filter((finding) => !finding.passed);
  return [
    `Snapshot ${id}: ${cell(rows)} rows of ${cell(groups)} groups`,
    table(['part', 'rows', 'groups'], parts),
    ...failed.map((finding) => `  ${finding.rule}: ${finding.detail}`),
  ].join('\n');
}

export function candidateTable(
  candidates: readonly CandidateSummary[],
  best: { run: string },
  { metrics }: Pick<TrainingPlan, 'metrics'>,
  baseline?: Baseline,
): string {
  const rows: Cell[][] = candidates.map((one) => [
    one.run === best.run ? `${one.estimator} (best)` : one.estimator,
    ...metrics.map((name) => one.validation[name]),
    one.seconds,
    one.refused ?? one.package?.slice(0, 12),
  ]);
  if (baseline)
    rows.push([`${baseline.name} (baseline)`, ...metrics.map((name) => baseline.validation[name])]);
  return table(['validation', ...metrics, 'seconds', 'package'], rows);
}

/** Metrics with their 95 % intervals, overall and by slice. */
export function measuredTable(metrics: Measured, slices: readonly Slice[]): string {
  const names = Object.keys(metrics);
  const row = (label: string, rows: number | undefined, measured: Measured) => [
    label,
    rows,
    ...names.map((name) => {
      const { value, low, high } = measured[name];
      return `${cell(value)} [${cell(low)}, ${cell(high)}]`;
    }),
  ];
  return table(
    ['', 'rows', ...names],
    [
      row('all', undefined, metrics),
      ...slices.map((one) => row(`${one.slice} = ${one.value}`, one.rows, one.metrics)),
    ],
  );
}

/** A sentence if no candidate is significantly better than the baseline, otherwise undefined. */
export function baselineText(
  { name, gain }: Baseline,
  best: { estimator: string },
  loss: string,
): string | undefined {
  if (gain.low > 0) return undefined;
  const gainText = `${cell(gain.difference)} [${cell(gain.low)}, ${cell(gain.high)}]`;
  return `No candidate is significantly better than the ${name} on the validation part: ${best.estimator} lowers the ${loss} by ${gainText}.`;
}

/** How far the experts agree: the noise ceiling for the candidates' error. */
export function panelText({ raters, icc, noiseCeiling, items }: Panel): string {
  const interval = (one: { value: number; low: number; high: number }) =>
    `${one.value.toFixed(4)} [${one.low.toFixed(4)}, ${one.high.toFixed(4)}]`;
  return [
    `Panel: ${cell(raters.length)} experts, ${cell(items)} rated items.`,
    icc &&
      `  Agreement on the ${cell(icc.items)} items that all of them rated: ICC(2,1) ${interval(icc.single)}, ICC(2,k) ${interval(icc.average)}.`,
    noiseCeiling &&
      `  One expert against the mean of the others: mae ${cell(noiseCeiling.mae)}, rmse ${cell(noiseCeiling.rmse)}, r2 ${cell(noiseCeiling.r2)}.`,
  ]
    .filter(Boolean)
    .join('\n');
}
