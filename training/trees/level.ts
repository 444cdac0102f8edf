import type { Kernel } from './kernel.ts';
import { type Area, BLOCK, FOUND_FIELDS, HISTOGRAM_BYTES, NODE_FIELDS, type Workspace } from './memory.ts';

/**
 * Fields of a node of the current level, as integers in `area.nodes`. A stored node's histogram is built from its rows,
 * or is its parent's (in the same slot) minus its sibling's; siblings are adjacent, the built one first.
 */
export const NODE = {
  start: 0,
  end: 1,
  slot: 2,
  sibling: 3,
  build: 4,
  scan: 5,
  /** The split: column or −1, bin, bin of missing values if they go left else −1, and how many rows went left. */
  column: 6,
  bin: 7,
  missing: 8,
  left: 9,
} as const;
/** Fields of a node's best split on one column, in `area.found`; gradients and hessians are in integer units. */
export const FOUND = { score: 0, bin: 1, missingLeft: 2, gradient: 3, hessian: 4 } as const;

/** Parameters that all nodes of a level share. */
export interface LevelPlan {
  /** Nodes in `area.nodes`. */
  count: number;
  /** Whether histograms are in slots or in the scratch block of the thread. */
  stored: boolean;
  /** Candidate columns per node. */
  columns: number;
  /** Offset from one node's list of columns to the next; 0 if all nodes share one list. */
  stride: number;
  /** Which of `area.rows` holds the rows. */
  side: 0 | 1;
  /** λ and the least hessian of a child, in units of the integers. */
  lambda: number;
  least: number;
}

export function blocksOf(plan: LevelPlan): number {
  return Math.ceil(plan.columns / BLOCK);
}

/**
 * Builds the histograms of one block of columns for all nodes of a level, and finds each node's best split on each of
 * them. Blocks share nothing, so the result does not depend on which thread takes which.
 */
export function searchBlock(
  workspace: Workspace,
  area: Area,
  kernel: Kernel,
  plan: LevelPlan,
  block: number,
  scratch: number,
): void {
  const { nodes, sums, lists, found } = area;
  const rowsAt = area.rows[plan.side].byteOffset;
  const binsAt = workspace.train.bins.byteOffset;
  const { rows, columns } = workspace.shape;
  const first = block * BLOCK;
  const last = Math.min(first + BLOCK, plan.columns);
  const column = [0, 0, 0, 0];
  const histogram = [0, 0, 0, 0];
  for (let node = 0; node < plan.count; node++) {
    const at = node * NODE_FIELDS;
    const list = node * plan.stride;
    const slot = area.histograms + nodes[at + NODE.slot] * columns * HISTOGRAM_BYTES;
    for (let lane = 0; lane < BLOCK; lane++) {
      // Unused lanes repeat a column into the scratch block, which nobody reads.
      const used = first + lane < last;
      column[lane] = lists[list + (used ? first + lane : first)];
      histogram[lane] =
        plan.stored && used ? slot + column[lane] * HISTOGRAM_BYTES : scratch + lane * HISTOGRAM_BYTES;
    }
    const used = last - first;
    if (nodes[at + NODE.build] === 1) {
      for (let lane = 0; lane < used; lane++)
        kernel.clear(histogram[lane], (workspace.edgeCounts[column[lane]] + 1) * 16);
      kernel.histograms(
        rowsAt + nodes[at + NODE.start] * 4,
        rowsAt + nodes[at + NODE.end] * 4,
        area.gradients.byteOffset,
        binsAt + column[0] * rows,
        binsAt + column[1] * rows,
        binsAt + column[2] * rows,
        binsAt + column[3] * rows,
        histogram[0],
        histogram[1],
        histogram[2],
        histogram[3],
      );
    } else {
      const sibling = area.histograms + nodes[at + NODE.sibling] * columns * HISTOGRAM_BYTES;
      for (let lane = 0; lane < used; lane++) {
        const end = histogram[lane] + (workspace.edgeCounts[column[lane]] + 1) * 16;
        kernel.subtract(histogram[lane], end, sibling + column[lane] * HISTOGRAM_BYTES);
      }
    }
    if (nodes[at + NODE.scan] === 0) continue;
    for (let lane = 0; lane < used; lane++) {
      kernel.scan(
        histogram[lane],
        workspace.edgeCounts[column[lane]],
        sums[node * 2],
        sums[node * 2 + 1],
        plan.lambda,
        plan.least,
        found.byteOffset + (node * plan.columns + first + lane) * FOUND_FIELDS * 8,
      );
    }
  }
}

/** Index into `area.found` of a node's best split; the first column wins a tie. −1 if none exceeds `floor`. */
export function bestOf(area: Area, plan: LevelPlan, node: number, floor: number): number {
  let best = -1;
  let bestScore = floor;
  for (let column = 0; column < plan.columns; column++) {
    const at = (node * plan.columns + column) * FOUND_FIELDS;
    if (area.found[at + FOUND.score] > bestScore) {
      bestScore = area.found[at + FOUND.score];
      best = node * plan.columns + column;
    }
  }
  return best;
}

/** Partitions the rows of one node by its split into the other side of `area.rows`. Nodes share nothing. */
export function splitNode(workspace: Workspace, area: Area, kernel: Kernel, plan: LevelPlan, node: number) {
  const { nodes } = area;
  const at = node * NODE_FIELDS;
  if (nodes[at + NODE.column] < 0) return;
  const from = nodes[at + NODE.start] * 4;
  nodes[at + NODE.left] = kernel.partition(
    area.rows[plan.side].byteOffset + from,
    area.rows[plan.side].byteOffset + nodes[at + NODE.end] * 4,
    area.rows[1 - plan.side].byteOffset + from,
    workspace.train.bins.byteOffset + nodes[at + NODE.column] * workspace.shape.rows,
    nodes[at + NODE.bin],
    nodes[at + NODE.missing],
    area.spare + from,
  );
}
