import { serve } from '../../../platform/workers/serve.ts';
import { startThread } from '../../../platform/workers/start.ts';
import { reportRounds } from '../../trees/report.ts';
import { type FitCall, withLog } from '../../worker-log.ts';
import { type BoostResult, boost } from './boost.ts';
import type { BoostTask } from './task.ts';

/** Methods of the thread that leads the pool which grows the trees of a large fit. */
export const methods = {
  fit: (task: BoostTask, call: FitCall): Promise<BoostResult> =>
    withLog(call, (log) => {
      const about = { stage: 'boosting', task: task.task, rounds: task.settings.trees };
      const report = reportRounds(log, about);
      const rounds = boost(task, (input) => startThread(import.meta.url, './helper', { workerData: input }));
      for (let step = rounds.next(); ; step = rounds.next()) {
        if (step.done) return step.value;
        report(step.value);
      }
    }),
};

serve(methods);
