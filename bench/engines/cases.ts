import type { Matrix } from '../../datasets/matrix.ts';
import { readTest } from '../../datasets/snapshots/read-test.ts';
import { readTraining } from '../../datasets/snapshots/read-training.ts';
import type { Task } from '../../models/definition.ts';
import type { Product } from '../../pipelines/product.ts';
import { shots } from '../../pipelines/shots.ts';
import { squats } from '../../pipelines/squats.ts';
import { etlStep } from '../../pipelines/steps/etl.ts';
import { snapshotStep } from '../../pipelines/steps/snapshot.ts';
import { noProgress } from '../../platform/progress.ts';
import type { Params } from '../../training/estimator.ts';
import { realData, withTemporaryPlatform } from '../quality/harness.ts';
import { syntheticRows } from '../trees/rows.ts';
import type { PARTS } from './job.ts';

/** One comparison of the engines. */
export interface EngineCase {
  title: string;
  task: Task;
  parts: Record<(typeof PARTS)[number], Matrix>;
  /** Parameters that differ from the defaults, by engine. */
  params: Readonly<Record<string, Params>>;
  repeats: number;
}

/** A snapshot of a product's real data with the parameters that it declares; undefined without the data. */
async function productCase(
  product: Product,
  folder: string,
  { limit, repeats }: { limit?: number; repeats: number },
): Promise<EngineCase | undefined> {
  const from = realData(folder);
  if (!from) return undefined;
  return withTemporaryPlatform(async (platform) => {
    await etlStep(product, { from, limit }, { platform, maxFileBytes: 2 ** 30 }, { progress: noProgress });
    const snapshot = await snapshotStep(product, { platform });
    const { train, validation, fitted } = await readTraining(snapshot, product.features, {
      ...platform,
      seed: 1,
    });
    const heldOut = await readTest(snapshot, product.features, fitted, platform);
    return {
      title: `${product.name}, ${train.rows.length} × ${train.columns.length}`,
      ...{ task: product.task, parts: { train, validation, heldOut } },
      ...{ params: product.training.estimators, repeats },
    };
  });
}

function syntheticCase(rows: number, width: number): EngineCase {
  const { values, target } = syntheticRows({ task: 'binary', width }, rows + 2_000);
  const part = (from: number, count: number): Matrix => ({
    columns: Array.from({ length: width }, (_, i) => ({ name: `x${i}`, kind: 'numeric', description: '' })),
    values: values.slice(from * width, (from + count) * width),
    target: Float64Array.from(target.subarray(from, from + count)),
    weight: new Float64Array(count).fill(1),
    rows: Array.from({ length: count }, (_, i) => ({ id: String(i), group: '', slices: {} })),
  });
  const trees = { trees: 200 };
  return {
    ...{ title: `synthetic, ${rows} × ${width}`, task: 'binary', repeats: 1 },
    parts: { train: part(0, rows), validation: part(rows, 1_000), heldOut: part(rows + 1_000, 1_000) },
    params: { xgboost: trees, lightgbm: trees },
  };
}

type MakeCase = (smoke: boolean) => Promise<EngineCase | undefined>;

export const squatsCase: MakeCase = (smoke) =>
  productCase(squats, 'squats-uiprmd', { repeats: smoke ? 1 : 15 });

const shotsCase: MakeCase = (smoke) =>
  productCase(shots, 'nba-shots-2015/events', smoke ? { limit: 9_000, repeats: 1 } : { repeats: 3 });

/** Real squats and shots, and many synthetic rows; a few of each in a smoke run. */
export const CASES: readonly MakeCase[] = [
  squatsCase,
  shotsCase,
  async (smoke) => syntheticCase(smoke ? 2_000 : 200_000, 28),
];
