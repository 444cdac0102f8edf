import { parentPort, workerData } from 'node:worker_threads';
import { type Backend, startBackend } from './backend.ts';
import { type NeuralTask, trainNetwork } from './train.ts';

const started = startBackend(workerData as Backend);
parentPort?.on('message', async (task: NeuralTask) => {
  await started;
  const answer = trainNetwork(task, (epoch, loss) => {
    parentPort?.postMessage({ kind: 'metric', name: 'validation_loss', value: loss, step: epoch });
    parentPort?.postMessage({ kind: 'progress', stage: 'neural', done: epoch, total: task.epochs });
  });
  parentPort?.postMessage({ kind: 'done', result: answer });
});
