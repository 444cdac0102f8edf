import type { Tree } from '../../models/definition.ts';
import { MAX_BINS } from './bins.ts';
import { bestOf, FOUND, type LevelPlan, NODE } from './level.ts';
import type { LevelExecutor } from './level-executor.ts';
import { type Area, FOUND_FIELDS, NODE_FIELDS, type Workspace } from './memory.ts';
import { TreeBuilder } from './tree-builder.ts';

export interface GrowRules {
  depth: number;
  lambda: number;
  /** Least hessian sum of a child; above 0. */
  minChildWeight: number;
  /** Least gain GL²/(HL + λ) + GR²/(HR + λ) − G²/(H + λ) of a split. */
  minGain: number;
  /** Value of one unit of the integers in `area.gradients`. */
  gradientUnit: number;
  hessianUnit: number;
  /** Value of a leaf from its sums; rounded to float32 afterwards. */
  leaf(gradient: number, hessian: number): number;
  /** Writes the candidate columns of one node to `area.lists` at an offset; undefined if all nodes share one list. */
  draw?(lists: Int32Array, at: number): void;
  /** Candidate columns per node. */
  columns: number;
  /** Called for each leaf with its rows. */
  onLeaf?(rows: Int32Array, start: number, end: number, value: number): void;
}

interface Pending {
  id: number;
  start: number;
  end: number;
  /** Sums in units of the integers: exact. */
  gradient: number;
  hessian: number;
  /** Its value as a leaf. */
  value: number;
  slot: number;
  sibling: number;
  build: boolean;
  scan: boolean;
}

/** Two children and their parent's slot. */
interface Siblings {
  left: Pending;
  right: Pending;
  slot: number;
}

/**
 * Grows one tree level by level on the first `count` row numbers of `area.rows[0]`. Splits maximise the gain of
 * Chen & Guestrin (2016, eq. 7, without the ½); missing values go where the gain is larger or, if a node has none,
 * with the heavier child.
 */
export function growTree(
  workspace: Workspace,
  area: Area,
  count: number,
  rules: GrowRules,
  executor: LevelExecutor,
): Tree {
  return new Growth(workspace, area, rules, executor).grow(count);
}

class Growth {
  private readonly workspace: Workspace;
  private readonly area: Area;
  private readonly rules: GrowRules;
  private readonly executor: LevelExecutor;
  private readonly tree = new TreeBuilder();
  private readonly least: number;
  private readonly lambda: number;
  /** In units of gradientUnit² / hessianUnit, like all scores. */
  private readonly minGain: number;
  /** Slots without a histogram. */
  private readonly free: number[];
  private stored: boolean;
  private side: 0 | 1 = 0;

  constructor(workspace: Workspace, area: Area, rules: GrowRules, executor: LevelExecutor) {
    this.workspace = workspace;
    this.area = area;
    this.rules = rules;
    this.executor = executor;
    this.least = Math.max(1, rules.minChildWeight / rules.hessianUnit);
    this.lambda = rules.lambda / rules.hessianUnit;
    this.minGain = (rules.minGain * rules.hessianUnit) / rules.gradientUnit ** 2;
    this.free = Array.from({ length: area.slots }, (_, slot) => slot);
    this.stored = area.slots > 0;
  }

  grow(count: number): Tree {
    const { gradient, hessian } = sumOf(this.area, count);
    const root = this.add(0, count, gradient, hessian, 0);
    let level: Pending[] = [];
    if (root.scan) level.push(root);
    else this.end(root);
    if (this.stored) root.slot = this.take();
    for (let depth = 1; level.length > 0; depth++) level = this.nextLevel(this.splitLevel(level, depth));
    return this.tree.build();
  }

  private take(): number {
    return this.free.pop() as number;
  }

  private add(start: number, end: number, gradient: number, hessian: number, depth: number): Pending {
    const { gradientUnit, hessianUnit, leaf } = this.rules;
    const value = Math.fround(leaf(gradient * gradientUnit, hessian * hessianUnit));
    const id = this.tree.add(value, hessian * hessianUnit);
    const scan = depth < this.rules.depth && end - start > 1 && hessian >= 2 * this.least;
    return { id, start, end, gradient, hessian, value, slot: -1, sibling: -1, build: true, scan };
  }

  private end(node: Pending): void {
    this.rules.onLeaf?.(this.area.rows[this.side], node.start, node.end, node.value);
    if (node.slot >= 0) this.free.push(node.slot);
  }

  /** Splits the nodes of a level where it gains. `depth` is that of the children. @returns the pairs that may split again */
  private splitLevel(level: Pending[], depth: number): Siblings[] {
    const { area, rules, executor, workspace } = this;
    const plan: LevelPlan = {
      count: level.length,
      stored: this.stored,
      columns: rules.columns,
      stride: rules.draw ? rules.columns : 0,
      side: this.side,
      lambda: this.lambda,
      least: this.least,
    };
    writeLevel(area, level, rules);
    executor.search(plan);
    const chosen = level.map((node, position) => {
      const floor = (node.gradient * node.gradient) / (node.hessian + this.lambda) + this.minGain;
      const found = node.scan ? bestOf(area, plan, position, floor) : -1;
      writeSplit(workspace, area, plan, position, found);
      if (found < 0) this.end(node);
      return found;
    });
    executor.split(plan);
    this.side = this.side === 0 ? 1 : 0;

    const parents: Siblings[] = [];
    level.forEach((node, position) => {
      if (chosen[position] < 0) return;
      const siblings = this.children(node, position, chosen[position] * FOUND_FIELDS, depth);
      if (siblings.left.scan || siblings.right.scan) {
        parents.push(siblings);
        return;
      }
      siblings.left.slot = node.slot;
      this.end(siblings.left);
      this.end(siblings.right);
    });
    return parents;
  }

  private children(node: Pending, position: number, found: number, depth: number): Siblings {
    const { area, workspace, tree } = this;
    const fields = position * NODE_FIELDS;
    const middle = node.start + area.nodes[fields + NODE.left];
    const gradient = area.found[found + FOUND.gradient];
    const hessian = area.found[found + FOUND.hessian];
    const left = this.add(node.start, middle, gradient, hessian, depth);
    const right = this.add(middle, node.end, node.gradient - gradient, node.hessian - hessian, depth);
    const column = area.nodes[fields + NODE.column];
    const threshold = workspace.edges[column * MAX_BINS + area.nodes[fields + NODE.bin]];
    tree.split(node.id, column, threshold, area.nodes[fields + NODE.missing] >= 0, left.id, right.id);
    return { left, right, slot: node.slot };
  }

  /** The nodes of the next level. With stored histograms, only the smaller child reads its rows. */
  private nextLevel(parents: Siblings[]): Pending[] {
    if (parents.length * 2 > this.area.slots) this.stored = false;
    const level: Pending[] = [];
    for (const { left, right, slot } of parents) {
      if (this.stored) {
        const [small, large] =
          left.end - left.start <= right.end - right.start ? [left, right] : [right, left];
        small.slot = this.take();
        large.slot = slot;
        large.sibling = small.slot;
        large.build = false;
        level.push(small, large);
        continue;
      }
      for (const child of [left, right]) {
        if (child.scan) level.push(child);
        else this.end(child);
      }
    }
    return level;
  }
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
