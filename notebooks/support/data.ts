import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { allColumns } from '../../datasets/features/feature-set.ts';
import type { Matrix } from '../../datasets/matrix.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { fittedRows, inputOf, toMatrix } from '../../datasets/snapshots/to-matrix.ts';
import { goldRows } from '../../etl/gold.ts';
import { type EtlReport, runEtl } from '../../etl/run-etl.ts';
import { silverOf } from '../../etl/silver.ts';
import type { Product } from '../../pipelines/product.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { type Html, html } from '../../platform/html.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { dataFolder, scratchFolder } from '../notebook.ts';

const SEED = 1;

/** The data of a product after ETL. */
export interface Ingested<R> {
  /** True if the data is simulated, because no real data is available. */
  simulated: boolean;
  /** The folder that the data was read from. */
  from: string;
  report: EtlReport;
  records: R[];
  rows: GoldRow[];
}

export interface Origin {
  /** The subfolder of the real data; absent for a product without real data. */
  folder?: string;
  /** Writes simulated data that the product's sources read. */
  simulate(folder: string, seed: number): Promise<void>;
}

/** Runs the product's ETL on real data, or on simulated data if there is none, into a temporary store. */
export async function ingest<R>(product: Product, { folder, simulate }: Origin): Promise<Ingested<R>> {
  const found = folder === undefined ? undefined : dataFolder(folder);
  const scratch = scratchFolder();
  const from = found ?? (await mkdtemp(join(scratch, 'simulated-')));
  if (found === undefined) await simulate(from, SEED);
  const store = openSqliteStore({ path: ':memory:' });
  const blobs = openFolderBlobs({ path: join(scratch, 'blobs') });
  try {
    const report = await runEtl(product.etl, from, { store, blobs });
    const records: R[] = [];
    for await (const { record } of silverOf<R>(store, product.name).all()) records.push(record);
    const rows: GoldRow[] = [];
    for await (const row of goldRows(store, product.name).all()) rows.push(row);
    return { from, simulated: found === undefined, report, records, rows };
  } finally {
    await blobs.close();
    await store.close();
  }
}

/** States whether the data is real, and how many records and rows there are. */
export function sourceNote(name: string, { simulated, report, rows }: Ingested<unknown>): Html {
  const count = (value: number) => value.toLocaleString('en');
  const reasons = report.rejects.map((reject) => `${reject.reason} (${count(reject.count)})`).join('; ');
  return html`<p class="panel">${
    simulated
      ? html`<strong>Simulated data.</strong> The numbers below describe the simulator, not people. `
      : html`<strong>Real data: ${name}.</strong> `
  }${count(report.read)} records read, ${count(report.accepted)} accepted, ${count(report.rejected)} rejected${reasons && `: ${reasons}`}; ${count(rows.length)} rows.</p>`;
}

/**
 * Rows as matrices for an estimator. Fitted features are fitted on `train` only: computed out of fold for `train`, and applied
 * to `held`.
 */
export function matricesOf(
  product: Product,
  train: readonly GoldRow[],
  held: readonly GoldRow[],
): { train: Matrix; held: Matrix } {
  const fitted = (product.features.fitted ?? []).map((feature) => {
    const rows = fittedRows(train, feature.name);
    const state = feature.fit(rows);
    return {
      train: feature.outOfFold(rows, SEED),
      held: held.map((row) => feature.apply(state, inputOf(row, feature.name))),
    };
  });
  return {
    train: toMatrix(
      train,
      product.features,
      fitted.map((one) => one.train),
    ),
    held: toMatrix(
      held,
      product.features,
      fitted.map((one) => one.held),
    ),
  };
}

/** The columns whose names pass `keep`, in their order. */
export function takeColumns(matrix: Matrix, keep: (name: string) => boolean): Matrix {
  const kept = [...matrix.columns.keys()].filter((j) => keep(matrix.columns[j].name));
  const width = matrix.columns.length;
  const values = new Float32Array(matrix.rows.length * kept.length);
  for (let i = 0; i < matrix.rows.length; i++)
    kept.forEach((j, k) => {
      values[i * kept.length + k] = matrix.values[i * width + j];
    });
  return { ...matrix, columns: kept.map((j) => matrix.columns[j]), values };
}

/** The values of a column, NaN where unknown. */
export function columnOf(product: Product, rows: readonly GoldRow[], name: string): number[] {
  const at = allColumns(product.features).findIndex((column) => column.name === name);
  return rows.map((row) => row.values[at] ?? Number.NaN);
}
