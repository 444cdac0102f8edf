import type { Task, Tree, TreesMember } from '../../models/definition.ts';
import { leafOf } from '../../models/raw.ts';
import { seeded } from '../../platform/random.ts';
import { gradientBits, leastGain, powerOfTwo } from '../trees/gradients.ts';
import { type GrowRules, growTree } from '../trees/grow.ts';
import { fillBins, openWorkspace } from '../trees/memory.ts';
import { bound, drawColumns, mix } from '../trees/sampling.ts';
import type { Table } from '../trees/table.ts';
import { soloTeam } from '../trees/team.ts';
import { baseScore, largestResidual, loss, writeGradients } from './objective.ts';

export interface BoostSettings {
  trees: number;
  depth: number;
  rate: number;
  rowSample: number;
  columnSample: number;
  earlyStopping: number;
  lambda: number;
  gamma: number;
  minChildWeight: number;
  bins: number;
}

export interface BoostTask {
  task: Task;
  train: Table;
  /** No rows: all trees are grown and kept. */
  validation: Table;
  settings: BoostSettings;
  seed: number;
  threads: number;
}

export interface BoostResult {
  base: number;
  trees: Tree[];
  /** Rounds that were run; `trees` ends with the best of them. */
  rounds: number;
  trainLoss: number;
  validationLoss?: number;
}

/** What one round found; losses are absent in rounds that do not measure them. */
export interface Round {
  round: number;
  trainLoss?: number;
  validationLoss?: number;
}

/** Rounds between two points of the training curve, which early stopping does not need. */
const TRAIN_LOSS_EVERY = 10;

/** Gradient boosting, one tree a step; the caller decides what happens between steps. */
export function* boost(input: BoostTask): Generator<Round, BoostResult> {
  const { task, train, validation, settings, seed } = input;
  const { rows, width } = train;
  const perTree = Math.max(1, Math.floor(settings.columnSample * width));
  const workspace = openWorkspace({
    ...{ rows, columns: width, depth: settings.depth, stored: true },
    ...{ candidates: perTree, areas: 1, threads: 1 },
  });
  const area = workspace.areas[0];
  fillBins(workspace, train.values, settings.bins);
  const team = soloTeam(workspace, 0);

  const base = baseScore(task, train.target, train.weight);
  const sums = new Float64Array(rows);
  const validationSums = new Float64Array(validation.rows);
  const largestWeight = train.weight.reduce((a, b) => Math.max(a, b), 0);
  const range = 2 ** gradientBits(rows);
  const random = seeded(seed, 'boosting');
  const all = Int32Array.from({ length: width }, (_, column) => column);
  const inTree = new Uint8Array(rows);
  const rules: GrowRules = {
    depth: settings.depth,
    lambda: settings.lambda,
    minChildWeight: settings.minChildWeight,
    minGain: Math.max(settings.gamma, leastGain(train, task)),
    gradientUnit: powerOfTwo(largestWeight) / range,
    hessianUnit: powerOfTwo(task === 'regression' ? largestWeight : largestWeight / 4) / range,
    leaf: (gradient, hessian) => (-gradient / (hessian + settings.lambda)) * settings.rate,
    columns: perTree,
    onLeaf(order, start, end, value) {
      for (let i = start; i < end; i++) sums[order[i]] += value;
    },
  };

  const trees: Tree[] = [];
  let best = Number.POSITIVE_INFINITY;
  let bestRound = 0;
  while (trees.length < settings.trees) {
    if (task === 'regression')
      rules.gradientUnit =
        powerOfTwo(largestResidual(base, sums, train.target, train.weight, 0, rows)) / range;
    const units = { gradient: rules.gradientUnit, hessian: rules.hessianUnit };
    writeGradients(task, base, sums, train.target, train.weight, units, area.gradients, 0, rows);

    drawColumns(random, all, area.lists);
    const count = drawRows(random.integer(2 ** 32), settings.rowSample, inTree, area.rows[0]);
    const tree = growTree(workspace, area, count, rules, team);
    trees.push(tree);
    if (count < rows) {
      for (let row = 0; row < rows; row++)
        if (inTree[row] === 0) sums[row] += tree.value[leafOf(tree, train.values, row * width, 'lt')];
    }
    for (let row = 0; row < validation.rows; row++)
      validationSums[row] += tree.value[leafOf(tree, validation.values, row * width, 'lt')];

    const round: Round = { round: trees.length };
    if (trees.length % TRAIN_LOSS_EVERY === 0)
      round.trainLoss = loss(task, base, sums, train.target, train.weight);
    if (validation.rows > 0) {
      round.validationLoss = loss(task, base, validationSums, validation.target, validation.weight);
      if (round.validationLoss < best) {
        best = round.validationLoss;
        bestRound = trees.length;
      }
    }
    yield round;
    if (
      validation.rows > 0 &&
      settings.earlyStopping > 0 &&
      trees.length - bestRound >= settings.earlyStopping
    )
      break;
  }
  const result: BoostResult = {
    base,
    trees: trees.slice(0, bestRound || trees.length),
    rounds: trees.length,
    trainLoss: loss(task, base, sums, train.target, train.weight),
  };
  if (validation.rows > 0) result.validationLoss = best;
  return result;
}

/** Marks the rows of one tree and lists them; all of them where the draw left none. */
function drawRows(seed: number, share: number, inTree: Uint8Array, into: Int32Array): number {
  const below = bound(share);
  let count = 0;
  for (let row = 0; row < inTree.length; row++) {
    const taken = mix(seed, row) < below ? 1 : 0;
    inTree[row] = taken;
    into[count] = row;
    count += taken;
  }
  if (count > 0) return count;
  inTree.fill(1);
  for (let row = 0; row < inTree.length; row++) into[row] = row;
  return inTree.length;
}

export function toMember(result: BoostResult): TreesMember & { slope: number; offset: number } {
  return {
    ...{ kind: 'trees', name: 'boosting', trees: result.trees, compare: 'lt', base: result.base },
    ...{ aggregate: 'sum', slope: 1, offset: 0 },
  };
}
