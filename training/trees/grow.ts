import type { Tree } from '../../models/definition.ts';
import { MAX_BINS } from './bins.ts';
import { bestOf, FOUND, type LevelPlan, NODE } from './level.ts';
import { type Area, FOUND_FIELDS, NODE_FIELDS, type Workspace } from './memory.ts';
import { TreeBuilder } from './tree-builder.ts';

/** Who does the two heavy steps of a level: one thread, or several. */
export interface Team {
  /** `searchBlock` for every block of columns. */
  search(plan: LevelPlan): void;
  /** `splitNode` for every node. */
  split(plan: LevelPlan): void;
}

export interface GrowRules {
  depth: number;
  lambda: number;
  /** Least hessian sum of a child; above 0. */
  minChildWeight: number;
  /** Least gain GL²/(HL + λ) + GR²/(HR + λ) − G²/(H + λ) of a split. */
  minGain: number;
  /** What one unit of the integers in `area.gradients` is worth. */
  gradientUnit: number;
  hessianUnit: number;
  /** Value of a leaf from its sums; rounded to float32 afterwards. */
  leaf(gradient: number, hessian: number): number;
  /** Writes the columns of one node to `area.lists` at an offset; undefined where one list serves all nodes. */
  draw?(lists: Int32Array, at: number): void;
  /** Columns a node. */
  columns: number;
  /** Called for each leaf with the rows that end there. */
  onLeaf?(rows: Int32Array, start: number, end: number, value: number): void;
}

interface Pending {
  id: number;
  start: number;
  end: number;
  /** Sums in units of the integers: exact. */
  gradient: number;
  hessian: number;
  slot: number;
  sibling: number;
  build: boolean;
  scan: boolean;
}

/**
 * Grows one tree level by level on the first `count` row numbers of `area.rows[0]`. Splits maximise the gain of
 * Chen & Guestrin (2016, eq. 7, without the ½); missing values go where the gain is larger or, where a node has none,
 * with the heavier child.
 */
export function growTree(
  workspace: Workspace,
  area: Area,
  count: number,
  rules: GrowRules,
  team: Team,
): Tree {
  const tree = new TreeBuilder();
  const { gradientUnit, hessianUnit } = rules;
  const least = Math.max(1, rules.minChildWeight / hessianUnit);
  const lambda = rules.lambda / hessianUnit;
  // Scores are in gradientUnit² / hessianUnit.
  const minGain = (rules.minGain * hessianUnit) / gradientUnit ** 2;
  const free = Array.from({ length: area.slots }, (_, slot) => area.slots - 1 - slot);
  let stored = area.slots > 0;
  let side: 0 | 1 = 0;

  const addNode = (gradient: number, hessian: number): number =>
    tree.add(Math.fround(rules.leaf(gradient * gradientUnit, hessian * hessianUnit)), hessian * hessianUnit);
  const endAt = (node: Pending) => {
    rules.onLeaf?.(
      area.rows[side],
      node.start,
      node.end,
      Math.fround(rules.leaf(node.gradient * gradientUnit, node.hessian * hessianUnit)),
    );
    if (stored && node.slot >= 0) free.push(node.slot);
  };
  const canSplit = (node: Pending, depth: number) =>
    depth < rules.depth && node.end - node.start > 1 && node.hessian >= 2 * least;

  const { gradient, hessian } = sumOf(area, count);
  const root: Pending = {
    ...{ id: addNode(gradient, hessian), start: 0, end: count, gradient, hessian },
    ...{ slot: -1, sibling: -1, build: true, scan: true },
  };
  if (!canSplit(root, 0)) {
    endAt(root);
    return tree.build();
  }
  if (stored) root.slot = free.pop() as number;
  let level = [root];

  for (let depth = 0; level.length > 0; depth++) {
    const plan: LevelPlan = {
      count: level.length,
      stored,
      columns: rules.columns,
      stride: rules.draw ? rules.columns : 0,
      side,
      lambda,
      least,
    };
    writeLevel(area, level, rules);
    team.search(plan);

    const chosen = level.map((node, position) => {
      const floor = (node.gradient * node.gradient) / (node.hessian + lambda) + minGain;
      const found = node.scan ? bestOf(area, plan, position, floor) : -1;
      writeSplit(workspace, area, plan, position, found);
      return found;
    });
    for (let position = 0; position < level.length; position++)
      if (chosen[position] < 0) endAt(level[position]);
    team.split(plan);
    side = side === 0 ? 1 : 0;

    const children: [Pending, Pending, number][] = [];
    for (let position = 0; position < level.length; position++) {
      if (chosen[position] < 0) continue;
      const node = level[position];
      const at = chosen[position] * FOUND_FIELDS;
      const fields = position * NODE_FIELDS;
      const column = area.nodes[fields + NODE.column];
      const middle = node.start + area.nodes[fields + NODE.left];
      const make = (start: number, end: number, gradient: number, hessian: number): Pending => ({
        ...{ id: addNode(gradient, hessian), start, end, gradient, hessian },
        ...{ slot: -1, sibling: -1, build: true, scan: true },
      });
      const leftGradient = area.found[at + FOUND.gradient];
      const leftHessian = area.found[at + FOUND.hessian];
      const left = make(node.start, middle, leftGradient, leftHessian);
      const right = make(middle, node.end, node.gradient - leftGradient, node.hessian - leftHessian);
      tree.split(
        node.id,
        column,
        workspace.edges[column * MAX_BINS + area.nodes[fields + NODE.bin]],
        area.nodes[fields + NODE.missing] >= 0,
        left.id,
        right.id,
      );
      for (const child of [left, right]) child.scan = canSplit(child, depth + 1);
      if (left.scan || right.scan) children.push([left, right, node.slot]);
      else {
        left.slot = node.slot;
        endAt(left);
        endAt(right);
      }
    }
    if (children.length * 2 > area.slots) stored = false;
    level = [];
    for (const [left, right, slot] of children) {
      if (stored) {
        // Rows of the smaller child are read; the larger one is what the parent has more.
        const [small, large] =
          left.end - left.start <= right.end - right.start ? [left, right] : [right, left];
        small.slot = free.pop() as number;
        large.slot = slot;
        large.sibling = small.slot;
        large.build = false;
        level.push(small, large);
      } else {
        for (const child of [left, right]) {
          if (child.scan) level.push(child);
          else endAt(child);
        }
      }
    }
  }
  return tree.build();
}

function sumOf(area: Area, count: number): { gradient: number; hessian: number } {
  const rows = area.rows[0];
  let gradient = 0;
  let hessian = 0;
  for (let i = 0; i < count; i++) {
    gradient += area.gradients[rows[i] * 2];
    hessian += area.gradients[rows[i] * 2 + 1];
  }
  return { gradient, hessian };
}

function writeLevel(area: Area, level: readonly Pending[], rules: GrowRules): void {
  level.forEach((node, position) => {
    const at = position * NODE_FIELDS;
    area.nodes[at + NODE.start] = node.start;
    area.nodes[at + NODE.end] = node.end;
    area.nodes[at + NODE.slot] = node.slot;
    area.nodes[at + NODE.sibling] = node.sibling;
    area.nodes[at + NODE.build] = node.build ? 1 : 0;
    area.nodes[at + NODE.scan] = node.scan ? 1 : 0;
    area.sums[position * 2] = node.gradient;
    area.sums[position * 2 + 1] = node.hessian;
    rules.draw?.(area.lists, position * rules.columns);
  });
}

function writeSplit(
  workspace: Workspace,
  area: Area,
  plan: LevelPlan,
  position: number,
  found: number,
): void {
  const at = position * NODE_FIELDS;
  if (found < 0) {
    area.nodes[at + NODE.column] = -1;
    return;
  }
  const list = position * plan.stride;
  const column = area.lists[list + (found - position * plan.columns)];
  const fields = found * FOUND_FIELDS;
  const missing = workspace.edgeCounts[column];
  area.nodes[at + NODE.column] = column;
  area.nodes[at + NODE.bin] = area.found[fields + FOUND.bin];
  area.nodes[at + NODE.missing] = area.found[fields + FOUND.missingLeft] === 1 ? missing : -1;
}
