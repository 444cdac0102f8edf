import type { Tree, TreesMember } from '../../../models/definition.ts';
import { seeded } from '../../../platform/random.ts';
import { gradientBits, leastGain, powerOfTwo } from '../../trees/gradients.ts';
import { type GrowRules, growTree } from '../../trees/grow.ts';
import { instantiateKernel, type Kernel } from '../../trees/kernel.ts';
import { blocksOf } from '../../trees/level.ts';
import type { LevelExecutor } from '../../trees/level-executor.ts';
import { openWorkspace, type Workspace } from '../../trees/memory.ts';
import type { Round } from '../../trees/report.ts';
import { bound, drawColumns } from '../../trees/sampling.ts';
import { createPoolControl, leadPool } from '../../trees/thread-pool.ts';
import { writeWalk } from '../../trees/walk.ts';
import { baseScore, loss } from './objective.ts';
import {
  boostingOperations,
  boostingShape,
  chunksOf,
  createSharedState,
  type HelperInput,
  OP,
  writePlan,
  writeUnits,
} from './operations.ts';
import type { BoostTask } from './task.ts';

export interface BoostResult {
  base: number;
  trees: Tree[];
  /** Rounds that were run; `trees` ends with the best one. */
  rounds: number;
  trainLoss: number;
  validationLoss?: number;
}

/** Rounds between two points of the training curve: early stopping does not need it. */
const TRAIN_LOSS_EVERY = 10;

/**
 * Gradient boosting, one tree per step; the caller decides what happens between steps.
 * @param startHelper starts a helper thread; without it the calling thread works alone.
 */
export function* boost(
  input: BoostTask,
  startHelper?: (helper: HelperInput) => void,
): Generator<Round, BoostResult> {
  const { task, train, validation, settings, seed } = input;
  const { rows } = train;
  const shape = boostingShape(input);
  const workspace = openWorkspace(shape);
  const area = workspace.areas[0];
  const state = createSharedState(rows);
  const control = createPoolControl();
  const pool = leadPool(control, boostingOperations(workspace, { task: input, state, thread: 0 }));
  for (let thread = 1; thread < shape.threads; thread++)
    startHelper?.({ task: input, shape, memory: workspace.memory, control, state, thread });
  pool.run(OP.bins, shape.columns);

  const kernel = instantiateKernel(workspace.memory);
  const base = baseScore(task, train.target, train.weight);
  const { sums } = workspace.train;
  const largestWeight = train.weight.reduce((a, b) => Math.max(a, b), 0);
  const range = 2 ** gradientBits(rows);
  const random = seeded(seed, 'boosting');
  const all = Int32Array.from({ length: shape.columns }, (_, column) => column);
  const executor: LevelExecutor = {
    search(plan) {
      writePlan(state, plan);
      pool.run(OP.search, blocksOf(plan));
    },
    split: (plan) => pool.run(OP.split, plan.count),
  };
  const rules: GrowRules = {
    depth: settings.depth,
    lambda: settings.lambda,
    minChildWeight: settings.minChildWeight,
    minGain: Math.max(settings.gamma, leastGain(train, task)),
    gradientUnit: powerOfTwo(largestWeight) / range,
    hessianUnit: powerOfTwo(task === 'regression' ? largestWeight : largestWeight / 4) / range,
    leaf: (gradient, hessian) => (-gradient / (hessian + settings.lambda)) * settings.rate,
    columns: shape.candidates,
    onLeaf: (order, start, end, value) => addTo(sums, order, start, end, value),
  };

  const trees: Tree[] = [];
  let best = Number.POSITIVE_INFINITY;
  let bestRound = 0;
  while (trees.length < settings.trees) {
    writeUnits(state, base, { gradient: rules.gradientUnit, hessian: rules.hessianUnit });
    if (task === 'regression') {
      pool.run(OP.largest, chunksOf(rows));
      rules.gradientUnit = powerOfTwo(state.largest.reduce((a, b) => Math.max(a, b), 0)) / range;
      writeUnits(state, base, { gradient: rules.gradientUnit, hessian: rules.hessianUnit });
    }
    pool.run(OP.gradients, chunksOf(rows));

    drawColumns(random, all, area.lists);
    const count = drawRows(kernel, workspace, random.integer(2 ** 32), settings.rowSample);
    const tree = growTree(workspace, area, count, rules, executor);
    trees.push(tree);
    writeWalk(workspace, tree);
    if (count < rows) pool.run(OP.train, chunksOf(rows));
    pool.run(OP.validation, chunksOf(validation.rows));

    const round: Round = { round: trees.length };
    if (trees.length % TRAIN_LOSS_EVERY === 0)
      round.trainLoss = loss(task, base, sums, train.target, train.weight);
    if (validation.rows > 0) {
      const reached = workspace.validation.sums;
      round.validationLoss = loss(task, base, reached, validation.target, validation.weight);
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
  pool.stop();
  const result: BoostResult = {
    base,
    trees: trees.slice(0, bestRound || trees.length),
    rounds: trees.length,
    trainLoss: loss(task, base, sums, train.target, train.weight),
  };
  if (validation.rows > 0) result.validationLoss = best;
  return result;
}

function addTo(sums: Float64Array, order: Int32Array, start: number, end: number, value: number): void {
  for (let i = start; i < end; i++) sums[order[i]] += value;
}

/** Marks the rows of one tree and lists them; all rows if the draw is empty. @returns how many */
function drawRows(kernel: Kernel, workspace: Workspace, seed: number, share: number): number {
  const { rows, mask } = workspace.train;
  const into = workspace.areas[0].rows[0];
  const count = kernel.draw(rows, seed, BigInt(bound(share)), mask.byteOffset, into.byteOffset);
  if (count > 0) return count;
  return kernel.draw(rows, seed, BigInt(bound(1)), mask.byteOffset, into.byteOffset);
}

export function toMember(result: BoostResult): TreesMember & { slope: number; offset: number } {
  return {
    ...{ kind: 'trees', name: 'boosting', trees: result.trees, compare: 'lt', base: result.base },
    ...{ aggregate: 'sum', slope: 1, offset: 0 },
  };
}
