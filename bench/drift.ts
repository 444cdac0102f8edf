import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driftReport } from '../monitoring/drift/report.ts';
import type { DriftSide } from '../monitoring/drift/samples.ts';
import { seeded } from '../platform/random.ts';
import { type BenchOptions, type BenchResult, medianMs, runPeer } from './bench.ts';
import { environment } from './environment.ts';

export const name = 'drift';

interface Case {
  title: string;
  reference: number;
  current: number;
}

interface Peer {
  version: string;
  report_ms: number;
  tests_ms: number;
  drifted: number;
  share: number;
  columns: { name: string; test: string; score: number; drifted: boolean }[];
}

const CASES: Case[] = [
  { title: 'small', reference: 900, current: 400 },
  { title: 'large', reference: 20_000, current: 12_000 },
];

/** Shot-like columns of every type, each in a stable and in a drifting form. */
function side(seed: number, rows: number, moved: number): DriftSide {
  const random = seeded(seed, 'bench drift');
  const fill = (value: () => number) => Float64Array.from({ length: rows }, value);
  const columns: DriftSide['columns'] = [0, 0.15, 0.6].flatMap((shift, i) => {
    const by = shift * moved;
    return [
      {
        name: `distance_${i}`,
        kind: 'numeric' as const,
        values: fill(() => Math.abs(Math.round(12 + 9 * (random.normal() + by)))),
      },
      {
        name: `seconds_${i}`,
        kind: 'numeric' as const,
        values: fill(() => (random.uniform() < 0.03 ? Number.NaN : 720 * random.uniform() ** (1 + by))),
      },
      {
        name: `period_${i}`,
        kind: 'numeric' as const,
        values: fill(() => 1 + Math.floor(4 * random.uniform() ** (1 + by))),
      },
      {
        name: `home_${i}`,
        kind: 'categorical' as const,
        values: fill(() => (random.uniform() < 0.5 + by / 4 ? 1 : 0)),
      },
      {
        name: `zone_${i}`,
        kind: 'categorical' as const,
        values: fill(() => Math.floor(7 * random.uniform() ** (1 + by))),
      },
    ];
  });
  return { columns };
}

function csv({ columns }: DriftSide): string {
  const rows = Array.from({ length: columns[0].values.length }, (_, i) =>
    columns.map(({ values }) => (Number.isNaN(values[i]) ? '' : values[i])).join(','),
  );
  return [columns.map((column) => column.name).join(','), ...rows, ''].join('\n');
}

async function runPeerOn(options: BenchOptions, reference: DriftSide, current: DriftSide, repeats: number) {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-bench-'));
  try {
    const paths = [join(folder, 'reference.csv'), join(folder, 'current.csv')];
    writeFileSync(paths[0], csv(reference));
    writeFileSync(paths[1], csv(current));
    const categorical = reference.columns
      .filter(({ kind }) => kind === 'categorical')
      .map((column) => column.name);
    return await runPeer<Peer>(options.python, 'evidently_drift.py', [
      ...paths,
      categorical.join(','),
      String(repeats),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same two tables through our plain report and Evidently's: the verdict per column and the time. */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const repeats = options.smoke ? 1 : 7;
  const notes: string[] = [];
  const systems: BenchResult['systems'] = [];
  const ratios: number[] = [];
  const disagreements: string[] = [];
  for (const { title, reference: n, current: m } of options.smoke ? CASES.slice(0, 1) : CASES) {
    const reference = side(1, n, 0);
    const current = side(2, m, 1);
    const ours = driftReport(reference, current, { plain: true });
    await medianMs(repeats, () => driftReport(reference, current, { plain: true }));
    const ms = await medianMs(repeats, () => driftReport(reference, current, { plain: true }));
    const drifted = ours.columns.filter((column) => column.drifted).length;
    const rows = `${n} against ${m}`;
    systems.push({
      system: 'touchline',
      value: ms,
      case: title,
      rows,
      columns: ours.columns.length,
      drifted,
    });

    const peer = await runPeerOn(options, reference, current, repeats);
    if (!peer.result) {
      notes.push(peer.reason);
      continue;
    }
    const { report_ms, tests_ms, version, columns } = peer.result;
    const common = { case: title, rows, columns: columns.length, drifted: peer.result.drifted };
    systems.push({ system: `evidently ${version}, report`, value: report_ms, ...common });
    systems.push({ system: `evidently ${version}, tests alone`, value: tests_ms, ...common });
    ratios.push(report_ms / ms);
    columns.forEach((theirs, i) => {
      const column = ours.columns[i];
      const score = column.pValue ?? column.statistic;
      const close = Math.abs(score - theirs.score) <= 1e-9 * Math.max(1, Math.abs(theirs.score));
      if (column.drifted !== theirs.drifted || !close)
        disagreements.push(
          `${title} ${column.name}: ours ${column.drifted} (${score}), theirs ${theirs.drifted} (${theirs.score})`,
        );
    });
    if (drifted !== peer.result.drifted)
      disagreements.push(`${title}: ${drifted} drifted columns, theirs ${peer.result.drifted}`);
  }
  return {
    name,
    unit: 'ms per report',
    systems,
    ratio: ratios.length > 0 ? Math.min(...ratios) : null,
    notes: [...notes, ...disagreements],
    disagreements: disagreements.length,
    environment: environment(),
  };
}
