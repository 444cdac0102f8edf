// Fits an engine on the rows of a file in its own process and prints JSON: time, rounds, raw predictions.
import { readFileSync } from 'node:fs';
import type { Matrix } from '../../datasets/matrix.ts';
import { memberRawAll } from '../../models/predict.ts';
import { noLog } from '../../training/estimator.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import type { EngineFit, EngineJob } from './job.ts';

const [job, engines] = [JSON.parse(process.argv[2]) as EngineJob, process.argv[3]];
const { rows, width, task, seed, threads, settings } = job;
const file = readFileSync(job.path);
const numbers = new Float32Array(file.buffer, file.byteOffset, file.byteLength / 4);
const total = rows.train + rows.validation + rows.heldOut;
const targets = numbers.subarray(total * width);
const weights = numbers.subarray(total * (width + 1));

function matrix(from: number, count: number): Matrix {
  return {
    columns: Array.from({ length: width }, (_, i) => ({ name: `x${i}`, kind: 'numeric', description: '' })),
    values: numbers.slice(from * width, (from + count) * width),
    target: Float64Array.from(targets.subarray(from, from + count)),
    weight: Float64Array.from(weights.subarray(from, from + count)),
    rows: Array.from({ length: count }, (_, i) => ({ id: String(i), group: '', slices: {} })),
  };
}

const train = matrix(0, rows.train);
const validation = matrix(rows.train, rows.validation);
const grown = (trees: number) =>
  ESTIMATORS.named(job.engine).fit(
    train,
    validation,
    { ...settings, trees },
    { task, seed, threads, engines, log: noLog },
  );

let fitted = await grown(2);
const times: number[] = [];
for (let repeat = 0; repeat < job.repeats; repeat++) {
  const start = performance.now();
  fitted = await grown(Number(settings.trees));
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const raw = memberRawAll(fitted.members[0], matrix(total - rows.heldOut, rows.heldOut).values, width);
const answer: EngineFit = {
  system: `touchline ${job.engine}`,
  ms: times[Math.floor(times.length / 2)],
  trees: Number(fitted.notes.trees),
  raw: [...raw],
};
console.log(JSON.stringify(answer));
