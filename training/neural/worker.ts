import { parentPort, workerData } from 'node:worker_threads';
import { startBackend } from './backend.ts';
import { type NeuralTask, trainNetwork } from './train.ts';

const task = workerData as NeuralTask;
const backend = await startBackend();
const answer = trainNetwork(task, (epoch, loss) => {
  parentPort?.postMessage({ kind: 'metric', name: 'validation_loss', value: loss, step: epoch });
  parentPort?.postMessage({ kind: 'progress', stage: 'neural', done: epoch, total: task.epochs });
});
parentPort?.postMessage({ kind: 'done', result: { ...answer, backend } });
