import { CholeskyDecomposition, Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import { sigmoid } from '../../../models/predict.ts';
import { logLoss } from '../../log-loss.ts';

/** A weighted least-squares or logistic problem. `x` is row-major and centred, rows × width. */
export interface Problem {
  task: 'regression' | 'binary';
  x: Float64Array;
  width: number;
  y: Float64Array;
  weight: Float64Array;
}

export interface Solution {
  coefficients: Float64Array;
  intercept: number;
}

/** Xᵀ diag(weight) X; computes the lower triangle and mirrors it. */
function gram(x: Float64Array, width: number, weight: Float64Array): Float64Array {
  const out = new Float64Array(width * width);
  for (let row = 0, at = 0; row < weight.length; row++, at += width) {
    const w = weight[row];
    for (let i = 0; i < width; i++) {
      const wx = w * x[at + i];
      if (wx === 0) continue;
      const base = i * width;
      for (let j = 0; j <= i; j++) out[base + j] += wx * x[at + j];
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) out[j * width + i] = out[i * width + j];
  return out;
}

const toDense = (data: Float64Array, width: number): Dense => Dense.from1DArray(width, width, data);

function columnMeans({ x, width, weight }: Problem, total: number): Float64Array {
  const mean = new Float64Array(width);
  for (let row = 0; row < weight.length; row++)
    for (let j = 0; j < width; j++) mean[j] += weight[row] * x[row * width + j];
  return mean.map((sum) => sum / total);
}

/**
 * Ridge for every λ of a grid: minimises `Σ w (y − f)² / Σ w + λ |β|²`, intercept free. One eigendecomposition of the
 * covariance serves the whole grid (Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, eq. 3.47).
 */
function ridgePath(problem: Problem, lambdas: readonly number[]): Solution[] {
  const { x, width, y, weight } = problem;
  const total = weight.reduce((sum, w) => sum + w, 0);
  const meanX = columnMeans(problem, total);
  const meanY = y.reduce((sum, value, i) => sum + weight[i] * value, 0) / total;
  const covariance = gram(x, width, weight).map(
    (sum, at) => sum / total - meanX[Math.floor(at / width)] * meanX[at % width],
  );
  const moment = new Float64Array(width);
  for (let row = 0; row < y.length; row++) {
    const residual = (weight[row] * (y[row] - meanY)) / total;
    for (let j = 0; j < width; j++) moment[j] += residual * x[row * width + j];
  }
  const eigen = new EigenvalueDecomposition(toDense(covariance, width), { assumeSymmetric: true });
  const vectors = eigen.eigenvectorMatrix;
  const rotated = new Float64Array(width);
  for (let k = 0; k < width; k++) for (let j = 0; j < width; j++) rotated[k] += vectors.get(j, k) * moment[j];
  return lambdas.map((lambda) => {
    const coefficients = new Float64Array(width);
    for (let k = 0; k < width; k++) {
      const step = rotated[k] / (Math.max(0, eigen.realEigenvalues[k]) + lambda);
      for (let j = 0; j < width; j++) coefficients[j] += vectors.get(j, k) * step;
    }
    return {
      coefficients,
      intercept: meanY - coefficients.reduce((sum, c, j) => sum + c * meanX[j], 0),
    };
  });
}

/**
 * L2 logistic regression by Newton's method (iteratively reweighted least squares, ESL eq. 4.26) with step halving:
 * minimises `Σ w logloss / Σ w + λ |β|² / 2`, intercept free.
 */
function logistic(problem: Problem, lambda: number, start: Solution): Solution {
  const { x, width, y, weight } = problem;
  const rows = y.length;
  const total = weight.reduce((sum, w) => sum + w, 0);
  let current = start;
  let margin = marginsOf(problem, current);
  let objective = logisticObjective(problem, margin, current, lambda, total);
  for (let iteration = 0; iteration < 30; iteration++) {
    const size = width + 1;
    const hessian = new Float64Array(size * size);
    const curvature = new Float64Array(rows);
    const gradient = new Float64Array(size);
    const cross = new Float64Array(width);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const p = sigmoid(margin[row]);
      const w = weight[row] / total;
      const slope = w * (p - y[row]);
      const bend = w * Math.max(1e-9, p * (1 - p));
      curvature[row] = bend;
      gradient[width] += slope;
      sum += bend;
      for (let j = 0; j < width; j++) {
        gradient[j] += slope * x[row * width + j];
        cross[j] += bend * x[row * width + j];
      }
    }
    const inner = gram(x, width, curvature);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) hessian[i * size + j] = inner[i * width + j];
      hessian[i * size + i] += lambda;
      hessian[i * size + width] = cross[i];
      hessian[width * size + i] = cross[i];
      gradient[i] += lambda * current.coefficients[i];
    }
    hessian[width * size + width] = sum;
    for (let i = 0; i < size; i++) hessian[i * size + i] += 1e-10;
    const step = new CholeskyDecomposition(toDense(hessian, size)).solve(Dense.columnVector([...gradient]));
    let moved = false;
    for (let share = 1; share > 1e-3; share /= 2) {
      const next: Solution = {
        coefficients: current.coefficients.map((c, j) => c - share * step.get(j, 0)),
        intercept: current.intercept - share * step.get(width, 0),
      };
      const nextMargin = marginsOf(problem, next);
      const nextObjective = logisticObjective(problem, nextMargin, next, lambda, total);
      if (nextObjective < objective) {
        moved = objective - nextObjective > 1e-9;
        [current, margin, objective] = [next, nextMargin, nextObjective];
        break;
      }
    }
    if (!moved) break;
  }
  return current;
}

/** `x · coefficients + intercept`, one per row. */
export function marginsOf({ x, width, y }: Problem, { coefficients, intercept }: Solution): Float64Array {
  const out = new Float64Array(y.length).fill(intercept);
  for (let row = 0; row < out.length; row++)
    for (let j = 0; j < width; j++) out[row] += coefficients[j] * x[row * width + j];
  return out;
}

function logisticObjective(
  { y, weight }: Problem,
  margin: Float64Array,
  { coefficients }: Solution,
  lambda: number,
  total: number,
): number {
  let loss = 0;
  for (let row = 0; row < y.length; row++) loss += weight[row] * logLoss(margin[row], y[row]);
  return loss / total + (lambda / 2) * coefficients.reduce((sum, c) => sum + c * c, 0);
}

/** Weighted mean loss: squared error or log-loss. */
export function meanLoss(problem: Problem, solution: Solution): number {
  const margin = marginsOf(problem, solution);
  let loss = 0;
  let total = 0;
  for (let row = 0; row < margin.length; row++) {
    const one =
      problem.task === 'binary' ? logLoss(margin[row], problem.y[row]) : (margin[row] - problem.y[row]) ** 2;
    loss += problem.weight[row] * one;
    total += problem.weight[row];
  }
  return loss / total;
}

/** One solution per λ. `lambdas` must descend: each logistic fit starts from the solution of the stronger penalty. */
export function solvePath(problem: Problem, lambdas: readonly number[]): Solution[] {
  if (problem.task === 'regression') return ridgePath(problem, lambdas);
  const total = problem.weight.reduce((sum, w) => sum + w, 0);
  const rate = problem.y.reduce((sum, y, i) => sum + problem.weight[i] * y, 0) / total;
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, rate));
  let solution: Solution = {
    coefficients: new Float64Array(problem.width),
    intercept: Math.log(kept / (1 - kept)),
  };
  return lambdas.map((lambda) => {
    solution = logistic(problem, lambda, solution);
    return solution;
  });
}
