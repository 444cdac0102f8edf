import type { Tree } from '../../models/definition.ts';
import type { Perform } from '../trees/crew.ts';
import { fillBins } from '../trees/fill-bins.ts';
import { instantiateKernel } from '../trees/kernel.ts';
import type { Workspace } from '../trees/memory.ts';
import type { SharedMemory } from '../trees/shared-wasm.ts';
import { type ForestTask, forester } from './grow-forest.ts';

/** What a crew can be asked to do; a task is a column or a tree. */
export const JOB = { bins: 0, tree: 1 } as const;

/** What a helper is started with. */
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

/** How one thread does the tasks of a forest: whole trees, on an area of its own. */
export function forestJobs(
  workspace: Workspace,
  { task, thread }: Pick<HelperInput, 'task' | 'thread'>,
  keep: (grown: GrownTree) => void,
): Perform {
  const kernel = instantiateKernel(workspace.memory);
  const grow = forester(workspace, thread, task);
  return (job, index) => {
    if (job === JOB.bins) fillBins(workspace, kernel, thread, index, task.settings.bins, task.train.values);
    else keep({ number: index, tree: grow(index) });
  };
}
