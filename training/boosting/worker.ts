import { parentPort, workerData } from 'node:worker_threads';
import { startThread } from '../../platform/threads.ts';
import { reportTo } from '../trees/report.ts';
import { type BoostTask, boost } from './boost.ts';

const task = workerData as BoostTask;
const report = reportTo(
  {
    metric: (name, value, step) => parentPort?.postMessage({ kind: 'metric', name, value, step }),
    progress: (event) => parentPort?.postMessage({ kind: 'progress', ...event }),
  },
  { stage: 'boosting', task: task.task, rounds: task.settings.trees },
);
const rounds = boost(task, (input) => startThread(import.meta.url, './helper', { workerData: input }));
for (let step = rounds.next(); ; step = rounds.next()) {
  if (step.done) {
    parentPort?.postMessage({ kind: 'done', result: step.value });
    break;
  }
  report(step.value);
}
