// Fits our boosting once on the rows of a file, in its own process, and prints JSON: time, memory, error.
import { readFileSync } from 'node:fs';
import type { Matrix } from '../../datasets/matrix.ts';
import { memberRawAll, sigmoid } from '../../models/predict.ts';
import { noLog } from '../../training/estimator.ts';
import { boosting } from '../../training/estimators/boosting/boosting.ts';
import type { TreesJob } from '../trees.ts';

const job = JSON.parse(process.argv[2]) as TreesJob;
const file = readFileSync(job.path);
const numbers = new Float32Array(file.buffer, file.byteOffset, file.byteLength / 4);
const { train, heldOut, width } = job;
const targets = numbers.subarray((train + heldOut) * width);

function matrix(from: number, rows: number): Matrix {
  return {
    columns: Array.from({ length: width }, (_, i) => ({ name: `x${i}`, kind: 'numeric', description: '' })),
    values: numbers.slice(from * width, (from + rows) * width),
    target: Float64Array.from(targets.subarray(from, from + rows)),
    weight: new Float64Array(rows).fill(1),
    rows: Array.from({ length: rows }, (_, i) => ({ id: String(i), group: '', slices: {} })),
  };
}

const rows = matrix(0, train);
const start = performance.now();
const before = process.cpuUsage();
const fit = await boosting.fit(
  rows,
  matrix(0, 0),
  { trees: job.trees, depth: job.depth },
  { task: job.task, seed: 1, log: noLog, threads: job.threads },
);
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(before);

const unseen = matrix(train, heldOut);
const raw = memberRawAll(fit.members[0], unseen.values, width);
let sum = 0;
raw.forEach((value, i) => {
  const p = sigmoid(unseen.target[i] === 1 ? value : -value);
  sum += job.task === 'binary' ? -Math.log(p) : (value - unseen.target[i]) ** 2;
});
const error = job.task === 'binary' ? sum / heldOut : Math.sqrt(sum / heldOut);
const peakMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify([{ system: 'touchline', ms, cpuMs: (user + system) / 1000, peakMiB, error }]));
