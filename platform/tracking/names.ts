import { TouchlineError } from '../errors.ts';
import type { MetricPoint } from './tracking.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_. -]{0,99}$/;

/** Checks the name of an experiment, model or alias. @throws INVALID_INPUT */
export function checkName(what: string, name: string): string {
  if (!NAME.test(name))
    throw new TouchlineError(
      'INVALID_INPUT',
      `'${name.slice(0, 120)}' is not a valid ${what} name: use up to 100 letters, digits, spaces and _ . -`,
    );
  return name;
}

/** Checks the path of an artifact: relative, with plain names and no way out of its folder. @throws INVALID_INPUT */
export function checkArtifactPath(path: string): string {
  const segments = path.split('/');
  const plain = (name: string) => /^[A-Za-z0-9_@=+][A-Za-z0-9_.@=+ -]*$/.test(name);
  if (path.length > 300 || !segments.every(plain))
    throw new TouchlineError(
      'INVALID_INPUT',
      `'${path.slice(0, 120)}' is not a valid artifact path: use plain names joined by '/', such as package/model.onnx.`,
    );
  return path;
}

/** Checks that all points have finite values and whole steps. @throws INVALID_INPUT */
export function checkMetrics(metrics: readonly MetricPoint[]): void {
  const bad = metrics.find(({ value, step }) => !Number.isFinite(value) || !Number.isInteger(step));
  if (bad)
    throw new TouchlineError(
      'INVALID_INPUT',
      `Metric '${bad.name}' needs a finite value and a whole step, not ${bad.value} at ${bad.step}.`,
    );
}
