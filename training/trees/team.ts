import type { Team } from './grow.ts';
import { instantiateKernel } from './kernel.ts';
import { blocksOf, searchBlock, splitNode } from './level.ts';
import type { Workspace } from './memory.ts';

/** A team of one: everything happens in the calling thread, on area and scratch block `index`. */
export function soloTeam(workspace: Workspace, index: number): Team {
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
