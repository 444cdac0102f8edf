import { parentPort, workerData } from 'node:worker_threads';
import { type BoostTask, boost } from './boost.ts';
import { reportTo } from './report.ts';

const task = workerData as BoostTask;
const report = reportTo(
  {
    metric: (name, value, step) => parentPort?.postMessage({ kind: 'metric', name, value, step }),
    progress: (event) => parentPort?.postMessage({ kind: 'progress', ...event }),
  },
  task,
);
const rounds = boost(task);
for (let step = rounds.next(); ; step = rounds.next()) {
  if (step.done) {
    parentPort?.postMessage({ kind: 'done', result: step.value });
    break;
  }
  report(step.value);
}
