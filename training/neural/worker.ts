import { parentPort, workerData } from 'node:worker_threads';
import { reporterTo } from '../thread.ts';
import { type Backend, startBackend } from './backend.ts';
import { type NeuralTask, trainNetwork } from './train.ts';

const started = startBackend(workerData as Backend);
parentPort?.on('message', async (task: NeuralTask) => {
  await started;
  const { log, done } = reporterTo((message) => parentPort?.postMessage(message));
  const answer = trainNetwork(task, (epoch, loss) => {
    log.metric('validation_loss', loss, epoch);
    log.progress({ stage: 'neural', done: epoch, total: task.epochs });
  });
  done(answer);
});
