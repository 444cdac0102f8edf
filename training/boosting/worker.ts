import { parentPort, workerData } from 'node:worker_threads';
import { startThread } from '../../platform/threads.ts';
import { reporterTo } from '../thread.ts';
import { reportTo } from '../trees/report.ts';
import { type BoostTask, boost } from './boost.ts';

const task = workerData as BoostTask;
const { log, done } = reporterTo((message) => parentPort?.postMessage(message));
const report = reportTo(log, { stage: 'boosting', task: task.task, rounds: task.settings.trees });
const rounds = boost(task, (input) => startThread(import.meta.url, './helper', { workerData: input }));
for (let step = rounds.next(); ; step = rounds.next()) {
  if (step.done) {
    done(step.value);
    break;
  }
  report(step.value);
}
