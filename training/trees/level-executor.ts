import { instantiateKernel } from './kernel.ts';
import { blocksOf, type LevelPlan, searchBlock, splitNode } from './level.ts';
import type { Workspace } from './memory.ts';

/** Carries out the two heavy steps of a level, on one thread or several. */
export interface LevelExecutor {
  /** `searchBlock` for every block of columns. */
  search(plan: LevelPlan): void;
  /** `splitNode` for every node. */
  split(plan: LevelPlan): void;
}

/** Runs everything in the calling thread, on area and scratch block `index`. */
export function singleThreadExecutor(workspace: Workspace, index: number): LevelExecutor {
  const kernel = instantiateKernel(workspace.memory);
  const area = workspace.areas[index];
  const scratch = workspace.scratch[index];
  return {
    search(plan) {
      for (let block = 0; block < blocksOf(plan); block++)
        searchBlock(workspace, area, kernel, plan, block, scratch);
    },
    split(plan) {
      for (let node = 0; node < plan.count; node++) splitNode(workspace, area, kernel, plan, node);
    },
  };
}
