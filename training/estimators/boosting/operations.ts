import { fillBins } from '../../trees/fill-bins.ts';
import { instantiateKernel } from '../../trees/kernel.ts';
import { type LevelPlan, searchBlock, splitNode } from '../../trees/level.ts';
import { openWorkspace, type Shape, type Workspace } from '../../trees/memory.ts';
import type { SharedMemory } from '../../trees/shared-wasm.ts';
import type { RunTask } from '../../trees/thread-pool.ts';
import { descend } from '../../trees/walk.ts';
import { largestResidual, writeGradients } from './objective.ts';
import type { BoostTask } from './task.ts';

/** Operations of the thread pool; a task is a column, a chunk of rows, a block of columns or a node. */
export const OP = {
  bins: 0,
  largest: 1,
  gradients: 2,
  search: 3,
  split: 4,
  train: 5,
  validation: 6,
} as const;

/** Rows of one chunk. */
const CHUNK = 8192;

export function chunksOf(rows: number): number {
  return Math.ceil(rows / CHUNK);
}

/** Numbers that the operations need besides the workspace; the leader writes them before it starts a run. */
export interface SharedState {
  /** Fields of the level plan, then base score and units. */
  numbers: Float64Array;
  /** Largest residual of each chunk of rows. */
  largest: Float64Array;
}

export function createSharedState(rows: number): SharedState {
  return {
    numbers: new Float64Array(new SharedArrayBuffer(16 * 8)),
    largest: new Float64Array(new SharedArrayBuffer(Math.max(1, chunksOf(rows)) * 8)),
  };
}

/** What a helper thread is started with. */
export interface HelperInput {
  task: BoostTask;
  shape: Shape;
  memory: SharedMemory;
  control: Int32Array;
  state: SharedState;
  /** 0 is the leader. */
  thread: number;
}

export function writePlan({ numbers }: SharedState, plan: LevelPlan): void {
  numbers[0] = plan.count;
  numbers[1] = plan.stored ? 1 : 0;
  numbers[2] = plan.columns;
  numbers[3] = plan.stride;
  numbers[4] = plan.side;
  numbers[5] = plan.lambda;
  numbers[6] = plan.least;
}

function readPlan(numbers: Float64Array): LevelPlan {
  return {
    count: numbers[0],
    stored: numbers[1] === 1,
    columns: numbers[2],
    stride: numbers[3],
    side: numbers[4] === 0 ? 0 : 1,
    lambda: numbers[5],
    least: numbers[6],
  };
}

export function writeUnits(
  { numbers }: SharedState,
  base: number,
  units: { gradient: number; hessian: number },
): void {
  numbers[8] = base;
  numbers[9] = units.gradient;
  numbers[10] = units.hessian;
}

/** Runs a thread's tasks of a boosting run. */
export function boostingOperations(
  workspace: Workspace,
  {
    task: { task, train, validation, settings },
    state,
    thread,
  }: Pick<HelperInput, 'task' | 'state' | 'thread'>,
): RunTask {
  const kernel = instantiateKernel(workspace.memory);
  const { numbers, largest } = state;
  const area = workspace.areas[0];
  const { sums } = workspace.train;
  const { target, weight } = train;
  return (operation, index) => {
    if (operation === OP.search) {
      searchBlock(workspace, area, kernel, readPlan(numbers), index, workspace.scratch[thread]);
      return;
    }
    if (operation === OP.split) {
      splitNode(workspace, area, kernel, readPlan(numbers), index);
      return;
    }
    if (operation === OP.bins) {
      fillBins(workspace, kernel, thread, index, settings.bins, train.values, validation.values);
      return;
    }
    const from = index * CHUNK;
    if (operation === OP.validation) {
      const to = Math.min(from + CHUNK, validation.rows);
      descend(workspace, kernel, workspace.validation, from, to);
      return;
    }
    const to = Math.min(from + CHUNK, train.rows);
    const base = numbers[8];
    if (operation === OP.train) descend(workspace, kernel, workspace.train, from, to);
    else if (operation === OP.largest) largest[index] = largestResidual(base, sums, target, weight, from, to);
    else {
      const units = { gradient: numbers[9], hessian: numbers[10] };
      writeGradients(task, base, sums, target, weight, units, area.gradients, from, to);
    }
  };
}

/** Shape of the workspace: one tree at a time, which all threads grow together. */
export function boostingShape({ train, validation, settings, threads }: BoostTask): Shape {
  return {
    ...{ rows: train.rows, validationRows: validation.rows, columns: train.width, depth: settings.depth },
    candidates: Math.max(1, Math.floor(settings.columnSample * train.width)),
    ...{ stored: true, areas: 1, threads },
  };
}

/** A helper thread's side of the operations. */
export function openHelper(input: HelperInput): RunTask {
  return boostingOperations(openWorkspace(input.shape, input.memory), input);
}
