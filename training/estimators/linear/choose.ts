import { foldRows } from '../../out-of-fold.ts';
import { meanLoss, type Problem, type Solution, solvePath } from './solve.ts';

/** How λ is chosen: on the validation rows, or over folds of the training rows. */
export type Choice =
  | { by: 'validation'; problem: Problem }
  | { by: 'folds'; fold: Int32Array; count: number };

export interface LinearTask {
  problem: Problem;
  choice: Choice;
  /** Descending. */
  lambdas: number[];
}

export interface LinearSolution {
  solution: Solution;
  lambda: number;
  /** Mean loss of each λ on held-out rows. */
  losses: number[];
}

/** Chooses the λ with the lowest loss on held-out rows and returns its fit on all training rows. */
export function chooseAndSolve({ problem, choice, lambdas }: LinearTask): LinearSolution {
  const losses = new Array<number>(lambdas.length).fill(0);
  if (choice.by === 'validation') {
    const path = solvePath(problem, lambdas);
    path.forEach((solution, k) => {
      losses[k] = meanLoss(choice.problem, solution);
    });
    const best = losses.indexOf(Math.min(...losses));
    return { solution: path[best], lambda: lambdas[best], losses };
  }
  for (let which = 0; which < choice.count; which++) {
    const { inside, outside } = foldRows(choice.fold, which);
    const held = takeProblem(problem, inside);
    solvePath(takeProblem(problem, outside), lambdas).forEach((solution, k) => {
      losses[k] += (meanLoss(held, solution) * inside.length) / problem.y.length;
    });
  }
  const best = losses.indexOf(Math.min(...losses));
  return { solution: solvePath(problem, lambdas.slice(0, best + 1))[best], lambda: lambdas[best], losses };
}

function takeProblem({ task, x, width, y, weight }: Problem, rows: readonly number[]): Problem {
  const taken = new Float64Array(rows.length * width);
  rows.forEach((from, to) => {
    taken.set(x.subarray(from * width, (from + 1) * width), to * width);
  });
  return {
    task,
    x: taken,
    width,
    y: Float64Array.from(rows, (i) => y[i]),
    weight: Float64Array.from(rows, (i) => weight[i]),
  };
}
