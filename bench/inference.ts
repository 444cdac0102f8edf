import type { FeatureColumn, Matrix } from '../datasets/matrix.ts';
import type { ModelDefinition } from '../models/definition.ts';
import { chooseDevice, type Device } from '../models/onnx/device.ts';
import { buildPackage } from '../models/package/build.ts';
import { loadPackage } from '../models/package/load.ts';
import type { PackageFiles } from '../models/package/package.ts';
import { seeded } from '../platform/random.ts';
import { type Estimator, noLog, type Params } from '../training/estimator.ts';
import { boosting } from '../training/estimators/boosting/boosting.ts';
import { neural } from '../training/estimators/neural/neural.ts';
import { type BenchOptions, type BenchResult, type BenchSystem, medianMs } from './bench.ts';
import { environment } from './environment.ts';

export const name = 'inference';

const WIDTH = 60;
const BATCHES = [1, 16, 256];
const OTHERS = 64;
const MODELS: { estimator: Estimator; params: Params; quick: Params }[] = [
  { estimator: boosting, params: { trees: 300, depth: 6 }, quick: { trees: 20, depth: 3 } },
  { estimator: neural, params: { epochs: 1 }, quick: { epochs: 1 } },
];

const columns = Array.from(
  { length: WIDTH },
  (_, j): FeatureColumn => ({ name: `x${j}`, kind: 'numeric', description: `column ${j}` }),
);

function matrix(rows: number, seed: number): Matrix {
  const random = seeded(seed, 'bench inference');
  const values = Float32Array.from({ length: rows * WIDTH }, () => random.normal());
  return {
    columns,
    values,
    target: Float64Array.from(
      { length: rows },
      (_, row) => values[row * WIDTH] + values[row * WIDTH + 1] ** 2,
    ),
    weight: new Float64Array(rows).fill(1),
    rows: Array.from({ length: rows }, (_, row) => ({ id: String(row), group: String(row), slices: {} })),
  };
}

async function packageOf({ estimator, params, quick }: (typeof MODELS)[number], smoke: boolean) {
  const train = matrix(smoke ? 300 : 2_000, 1);
  const context = { task: 'regression', seed: 1, threads: 1, log: noLog } as const;
  const fit = await estimator.fit(train, matrix(200, 2), smoke ? quick : params, context);
  const definition: ModelDefinition = {
    ...{ task: 'regression', columns, members: fit.members, weights: Float32Array.from(fit.weights) },
    calibration: { kind: 'identity' },
  };
  const { files } = await buildPackage({
    ...{ definition, product: 'bench', estimator: estimator.name },
    features: { set: 'bench', version: 1, fitted: {} },
    reference: {
      rows: 0,
      columns: columns.map(({ name, kind }) => ({ name, kind, missing: 0, sample: [] })),
      predictions: [],
    },
    golden: train.values.slice(0, 8 * WIDTH),
  });
  return files;
}

/** Median milliseconds of one prediction: how long the calling thread is blocked. */
async function predicting(files: PackageFiles, device: Device, rows: number, smoke: boolean) {
  const model = await loadPackage(files, { device });
  // Every call uses other rows, because the branch predictor would memorise the path of a repeated row through the trees.
  const { values } = matrix(OTHERS * rows, 3);
  const size = rows * WIDTH;
  let call = 0;
  const predict = () => {
    const from = (call++ % OTHERS) * size;
    return model.predict(values.subarray(from, from + size));
  };
  try {
    for (let i = 0; i < 5; i++) await predict();
    return await medianMs(smoke ? 5 : 500, predict);
  } finally {
    await model.close();
  }
}

/** Predictions of trees and of a network through the package loader, on the CPU and, where onnxruntime can use one, on a GPU. */
export async function run({ smoke }: BenchOptions): Promise<BenchResult> {
  const gpu = await chooseDevice('auto');
  const devices: Device[] = gpu.device === 'cuda' ? ['cpu', 'cuda'] : ['cpu'];
  const systems: BenchSystem[] = [];
  const ratios: Record<string, number> = {};
  for (const one of MODELS) {
    const files = await packageOf(one, smoke);
    for (const rows of BATCHES) {
      const title = `${one.estimator.name}, ${rows} rows`;
      const times: number[] = [];
      for (const device of devices) {
        const ms = await predicting(files, device, rows, smoke);
        times.push(ms);
        systems.push({ system: device, value: (1_000 * ms) / rows, case: title, msEachCall: ms });
      }
      if (devices.length > 1) ratios[title] = times[0] / times[1];
    }
  }
  return {
    ...{ name, unit: 'µs per row', systems, ratios },
    ratio: null,
    notes: devices.length > 1 ? [] : [gpu.reason],
    environment: environment(),
  };
}
