import { TouchlineError } from '../platform/errors.ts';
import { biomechanics } from './biomechanics.ts';
import type { Pipeline } from './pipeline.ts';
import { shots } from './shots.ts';
import { skiJumps } from './ski-jumps.ts';
import { squats } from './squats.ts';

/** Every product by name: the one list of them. */
export const PIPELINES: Readonly<Record<string, Pipeline>> = Object.fromEntries(
  [biomechanics, shots, squats, skiJumps].map((pipeline) => [pipeline.name, pipeline]),
);

/** @throws NOT_FOUND with the names that there are. */
export function pipelineNamed(name: string, pipelines: Readonly<Record<string, Pipeline>>): Pipeline {
  if (Object.hasOwn(pipelines, name)) return pipelines[name];
  throw new TouchlineError(
    'NOT_FOUND',
    `There is no product '${name}': use one of ${Object.keys(pipelines).join(', ')}.`,
  );
}
