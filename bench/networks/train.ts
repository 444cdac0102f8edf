// Trains one network for some steps on the backend of its arguments and prints JSON.
import { seeded } from '../../platform/random.ts';
import { type Backend, startBackend } from '../../training/estimators/neural/backend.ts';
import { type NeuralTask, type Rows, trainNetwork } from '../../training/estimators/neural/train.ts';
import type { NetworksJob } from '../networks.ts';

const [job, backend] = JSON.parse(process.argv[2]) as [NetworksJob, Backend];
const random = seeded(1, 'bench networks');
const [width] = job.sizes;
const rowsOf = (rows: number): Rows => {
  const x = Float32Array.from({ length: rows * width }, () => random.normal());
  const y = Float32Array.from({ length: rows }, (_, row) => Math.sin(x[row * width]) + x[row * width + 1]);
  return { x, y, weight: new Float32Array(rows).fill(1) };
};
const task: Omit<NeuralTask, 'train'> = {
  task: 'regression',
  validation: rowsOf(256),
  sizes: job.sizes,
  dropout: [0.3, 0.2],
  rate: 1e-3,
  batch: job.batch,
  epochs: 1,
  patience: 1,
  seed: 1,
};
await startBackend(backend);
// The first steps compile kernels and allocate memory.
trainNetwork({ ...task, train: rowsOf(3 * job.batch) }, () => {});
const train = rowsOf(job.steps * job.batch);
const start = performance.now();
let loss = Number.NaN;
trainNetwork({ ...task, train }, (_, value) => {
  loss = value;
});
console.log(JSON.stringify({ ms: (performance.now() - start) / job.steps, loss }));
