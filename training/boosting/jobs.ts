import type { Perform } from '../trees/crew.ts';
import { fillBins } from '../trees/fill-bins.ts';
import { instantiateKernel } from '../trees/kernel.ts';
import { type LevelPlan, searchBlock, splitNode } from '../trees/level.ts';
import { openWorkspace, type Shape, type Workspace } from '../trees/memory.ts';
import type { SharedMemory } from '../trees/shared-wasm.ts';
import { descend } from '../trees/walk.ts';
import type { BoostTask } from './boost.ts';
import { largestResidual, writeGradients } from './objective.ts';

/** What a crew can be asked to do; a task is a column, a stretch of rows, a block of columns or a node. */
export const JOB = {
  bins: 0,
  largest: 1,
  gradients: 2,
  search: 3,
  split: 4,
  train: 5,
  validation: 6,
} as const;

/** Rows of one task. */
const STRETCH = 8192;

export function stretches(rows: number): number {
  return Math.ceil(rows / STRETCH);
}

/** Numbers that jobs need beside the workspace, written by the leader before it gives them out. */
export interface JobState {
  /** Fields of the level plan, then base score and units. */
  numbers: Float64Array;
  /** Largest residual of each stretch of rows. */
  largest: Float64Array;
}

export function jobState(rows: number): JobState {
  return {
    numbers: new Float64Array(new SharedArrayBuffer(16 * 8)),
    largest: new Float64Array(new SharedArrayBuffer(Math.max(1, stretches(rows)) * 8)),
  };
}

/** What a helper is started with. */
export interface HelperInput {
  task: BoostTask;
  shape: Shape;
  memory: SharedMemory;
  control: Int32Array;
  state: JobState;
  /** 0 is the leader. */
  thread: number;
}

export function writePlan({ numbers }: JobState, plan: LevelPlan): void {
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
  { numbers }: JobState,
  base: number,
  units: { gradient: number; hessian: number },
): void {
  numbers[8] = base;
  numbers[9] = units.gradient;
  numbers[10] = units.hessian;
}

/** How one thread does the tasks of a boosting run. */
export function boostingJobs(
  workspace: Workspace,
  {
    task: { task, train, validation, settings },
    state,
    thread,
  }: Pick<HelperInput, 'task' | 'state' | 'thread'>,
): Perform {
  const kernel = instantiateKernel(workspace.memory);
  const { numbers, largest } = state;
  const area = workspace.areas[0];
  const { sums } = workspace.train;
  const { target, weight } = train;
  return (job, index) => {
    if (job === JOB.search) {
      searchBlock(workspace, area, kernel, readPlan(numbers), index, workspace.scratch[thread]);
      return;
    }
    if (job === JOB.split) {
      splitNode(workspace, area, kernel, readPlan(numbers), index);
      return;
    }
    if (job === JOB.bins) {
      fillBins(workspace, kernel, thread, index, settings.bins, train.values, validation.values);
      return;
    }
    const from = index * STRETCH;
    if (job === JOB.validation) {
      const to = Math.min(from + STRETCH, validation.rows);
      descend(workspace, kernel, workspace.validation, from, to);
      return;
    }
    const to = Math.min(from + STRETCH, train.rows);
    const base = numbers[8];
    if (job === JOB.train) descend(workspace, kernel, workspace.train, from, to);
    else if (job === JOB.largest) largest[index] = largestResidual(base, sums, target, weight, from, to);
    else {
      const units = { gradient: numbers[9], hessian: numbers[10] };
      writeGradients(task, base, sums, target, weight, units, area.gradients, from, to);
    }
  };
}

/** The workspace of a run: one tree at a time, which all threads grow together. */
export function boostingShape({ train, validation, settings, threads }: BoostTask): Shape {
  return {
    ...{ rows: train.rows, validationRows: validation.rows, columns: train.width, depth: settings.depth },
    candidates: Math.max(1, Math.floor(settings.columnSample * train.width)),
    ...{ stored: true, areas: 1, threads },
  };
}

/** What a helper thread does from start to end. */
export function openHelper(input: HelperInput): Perform {
  return boostingJobs(openWorkspace(input.shape, input.memory), input);
}
