import type { Tree } from '../../../models/definition.ts';
import { serve } from '../../../platform/workers/serve.ts';
import { startThread } from '../../../platform/workers/start.ts';
import { createPoolControl, leadPool } from '../../trees/thread-pool.ts';
import { type FitCall, withLog } from '../../worker-log.ts';
import { type ForestResult, finishForest } from './grow-forest.ts';
import { forestOperations, type GrownTree, type HelperInput, OP } from './operations.ts';
import { type ForestTask, openForest } from './tree-grower.ts';

/** Methods of the thread that leads the pool which grows a large forest. */
export const methods = {
  fit: (task: ForestTask, call: FitCall): Promise<ForestResult> =>
    withLog(
      call,
      (log) =>
        new Promise((resolve) => {
          const total = task.settings.trees;
          const workspace = openForest(task);
          const control = createPoolControl();
          const trees: Tree[] = [];
          let done = 0;

          function keep({ number, tree }: GrownTree): void {
            trees[number] = tree;
            done++;
            log.progress({ stage: 'forest', done, total });
            if (done === total) resolve(finishForest(workspace, task, trees));
          }

          const pool = leadPool(control, forestOperations(workspace, { task, thread: 0 }, keep));
          for (let thread = 1; thread < task.threads; thread++) {
            const input: HelperInput = { task, memory: workspace.memory, control, thread };
            // The leader computes without a pause and so receives the helpers' trees after its own.
            startThread(import.meta.url, './helper', { workerData: input }).on('message', keep);
          }
          pool.run(OP.bins, task.train.width);
          pool.run(OP.tree, total);
          pool.stop();
        }),
    ),
};

serve(methods);
