import type { Tree } from '../../../models/definition.ts';
import { fillBins } from '../../trees/fill-bins.ts';
import { instantiateKernel } from '../../trees/kernel.ts';
import type { Workspace } from '../../trees/memory.ts';
import type { SharedMemory } from '../../trees/shared-wasm.ts';
import type { RunTask } from '../../trees/thread-pool.ts';
import { type ForestTask, treeGrower } from './tree-grower.ts';

/** Operations of the thread pool; a task is a column (`bins`) or a tree (`tree`). */
export const OP = { bins: 0, tree: 1 } as const;

/** What a helper thread is started with. */
export interface HelperInput {
  task: ForestTask;
  memory: SharedMemory;
  control: Int32Array;
  /** 0 is the leader. */
  thread: number;
}

export interface GrownTree {
  number: number;
  tree: Tree;
}

/** Runs a thread's tasks of a forest: whole trees, on an area of its own. */
export function forestOperations(
  workspace: Workspace,
  { task, thread }: Pick<HelperInput, 'task' | 'thread'>,
  keep: (grown: GrownTree) => void,
): RunTask {
  const kernel = instantiateKernel(workspace.memory);
  const grow = treeGrower(workspace, thread, task);
  return (operation, index) => {
    if (operation === OP.bins)
      fillBins(workspace, kernel, thread, index, task.settings.bins, task.train.values);
    else keep({ number: index, tree: grow(index) });
  };
}
