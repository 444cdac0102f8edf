import { parentPort, workerData } from 'node:worker_threads';
import type { ForestTask } from './grow-forest.ts';
import { plant } from './plant.ts';

const task = workerData as ForestTask;
const total = task.settings.trees;
const steps = plant(task);
for (let step = steps.next(); ; step = steps.next()) {
  if (step.done) {
    parentPort?.postMessage({ kind: 'done', result: step.value });
    break;
  }
  parentPort?.postMessage({ kind: 'progress', stage: 'forest', done: step.value, total });
}
