import { serve } from '../../../platform/workers/serve.ts';
import { type FitCall, withLog } from '../../worker-log.ts';
import { type Backend, startBackend } from './backend.ts';
import { type NeuralTask, trainNetwork } from './train.ts';

/** Methods of a thread that trains networks on one backend. */
export async function createMethods(backend: Backend) {
  await startBackend(backend);
  return {
    fit: (task: NeuralTask, call: FitCall) =>
      withLog(call, (log) =>
        trainNetwork(task, (epoch, loss) => {
          log.metric('validation_loss', loss, epoch);
          log.progress({ stage: 'neural', done: epoch, total: task.epochs });
        }),
      ),
  };
}

serve(createMethods);
