import type { Task, Tree } from '../../../models/definition.ts';
import { seeded } from '../../../platform/random.ts';
import { gradientBits, leastGain, powerOfTwo } from '../../trees/gradients.ts';
import { type GrowRules, growTree } from '../../trees/grow.ts';
import { singleThreadExecutor } from '../../trees/level-executor.ts';
import { type Area, openWorkspace, type Workspace } from '../../trees/memory.ts';
import { drawColumns, mix } from '../../trees/sampling.ts';
import type { SharedMemory } from '../../trees/shared-wasm.ts';
import type { Table } from '../../trees/table.ts';

export interface ForestSettings {
  trees: number;
  depth: number;
  /** Share of the columns that each split may use. */
  columnSample: number;
  minLeafWeight: number;
  bins: number;
}

export interface ForestTask {
  task: Task;
  train: Table;
  settings: ForestSettings;
  seed: number;
  threads: number;
}

/** The workspace of a forest: one area per thread, since each thread grows whole trees. */
export function openForest({ train, settings, threads }: ForestTask, memory?: SharedMemory): Workspace {
  const candidates = Math.max(1, Math.round(settings.columnSample * train.width));
  return openWorkspace(
    {
      ...{ rows: train.rows, validationRows: 0, columns: train.width, depth: settings.depth, stored: false },
      ...{ candidates, areas: threads, threads },
    },
    memory,
  );
}

/** Counts how often each row is in the bootstrap sample of a tree: as many draws with replacement as there are rows. */
export function drawBootstrap(seed: number, tree: number, counts: Int32Array): void {
  const start = mix(seed, tree);
  const rows = counts.length;
  counts.fill(0);
  for (let draw = 0; draw < rows; draw++) counts[Math.floor((mix(start, draw) / 2 ** 32) * rows)]++;
}

/**
 * Returns a function that grows the tree with a given number on area `index` of the workspace. The tree depends on that
 * number alone, whichever thread grows it. The gain of squared error with λ = 0 is the reduction of variance, which for
 * outcomes of 0 and 1 equals that of Gini impurity up to a factor (Breiman 2001).
 */
export function treeGrower(workspace: Workspace, index: number, input: ForestTask): (tree: number) => Tree {
  const { train, settings, seed, task } = input;
  const area = workspace.areas[index];
  const executor = singleThreadExecutor(workspace, index);
  const counts = new Int32Array(train.rows);
  const { candidates, columns } = workspace.shape;
  const drawn = new Int32Array(candidates);
  const center = weightedMean(train);
  const units = unitsOf(train, center);
  return (number) => {
    const random = seeded(seed, `forest tree ${number}`);
    const all = Int32Array.from({ length: columns }, (_, column) => column);
    drawBootstrap(seed, number, counts);
    const rules: GrowRules = {
      ...{ depth: settings.depth, lambda: 0, minChildWeight: settings.minLeafWeight },
      ...{ minGain: leastGain(train, task), columns: candidates },
      ...{ gradientUnit: units.gradient, hessianUnit: units.hessian },
      leaf: (gradient, hessian) => center - gradient / hessian,
      draw(lists, at) {
        drawColumns(random, all, drawn);
        lists.set(drawn, at);
      },
    };
    return growTree(workspace, area, writeRows(train, center, units, counts, area), rules, executor);
  };
}

function weightedMean({ rows, target, weight }: Table): number {
  let total = 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    total += weight[row];
    sum += weight[row] * target[row];
  }
  return sum / total;
}

interface Units {
  gradient: number;
  hessian: number;
}

function unitsOf({ rows, target, weight }: Table, center: number): Units {
  let gradient = 0;
  let hessian = 0;
  for (let row = 0; row < rows; row++) {
    gradient = Math.max(gradient, Math.abs((center - target[row]) * weight[row]));
    hessian = Math.max(hessian, weight[row]);
  }
  // The counts of all rows add up to `rows`, so sums stay exact; 2^25 allows a row to be drawn 63 times.
  const range = 2 ** Math.min(25, gradientBits(rows));
  return { gradient: powerOfTwo(gradient) / range, hessian: powerOfTwo(hessian) / range };
}

/** Writes the gradients of the drawn rows, multiplied by their counts, and lists those rows. @returns how many */
function writeRows(table: Table, center: number, units: Units, counts: Int32Array, area: Area): number {
  const { rows, target, weight } = table;
  let count = 0;
  for (let row = 0; row < rows; row++) {
    if (counts[row] === 0) continue;
    const gradient = Math.round(((center - target[row]) * weight[row]) / units.gradient);
    const hessian = Math.max(1, Math.round(weight[row] / units.hessian));
    area.gradients[row * 2] = gradient * counts[row];
    area.gradients[row * 2 + 1] = hessian * counts[row];
    area.rows[0][count++] = row;
  }
  return count;
}
