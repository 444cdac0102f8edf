import type { Snapshot } from '../datasets/snapshots/snapshot.ts';
import type { EtlReport } from '../etl/run-etl.ts';
import type { Measured, Slice } from '../models/evaluate.ts';
import type { Candidate } from '../pipelines/jobs.ts';
import type { TrainingPlan } from '../pipelines/pipeline.ts';
import { cell, table } from './table.ts';

export function etlText({ read, accepted, rejected, duplicates, rejects, seconds }: EtlReport): string {
  const counts = `${cell(read)} read, ${cell(accepted)} accepted, ${cell(rejected)} rejected, ${cell(duplicates)} duplicates in ${cell(seconds)} s`;
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
  candidates: readonly Candidate[],
  best: { run: string },
  { metrics }: Pick<TrainingPlan, 'metrics'>,
): string {
  const rows = candidates.map((one) => [
    one.run === best.run ? `${one.estimator} (best)` : one.estimator,
    ...metrics.map((name) => one.validation[name]),
    one.seconds,
    one.refused ?? one.package?.slice(0, 12),
  ]);
  return table(['validation', ...metrics, 'seconds', 'package'], rows);
}

/** Metrics with their 95 % intervals, overall and by slice. */
export function measuredTable(metrics: Measured, slices: readonly Slice[]): string {
  const names = Object.keys(metrics);
  const line = (label: string, rows: number | undefined, measured: Measured) => [
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
      line('all', undefined, metrics),
      ...slices.map((one) => line(`${one.slice} = ${one.value}`, one.rows, one.metrics)),
    ],
  );
}
