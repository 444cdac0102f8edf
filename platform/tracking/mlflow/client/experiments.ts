import { z } from 'zod';
import { TouchlineError } from '../../../errors.ts';
import type { Connection } from './connection.ts';
import { found, unlessTaken } from './found.ts';
import { pages } from './pages.ts';
import { experimentSchema, type MlflowExperiment, type Tag } from './schemas.ts';

const PATH = 'api/2.0/mlflow/experiments';
const one = z.object({ experiment: experimentSchema });

/** Experiments. Names are unique, including those of deleted ones. */
export interface Experiments {
  get(id: string): Promise<MlflowExperiment | undefined>;
  byName(name: string): Promise<MlflowExperiment | undefined>;
  /** The experiment of that name, created with `tags` if it does not exist. @throws CONFLICT if it was deleted */
  ensure(name: string, tags?: readonly Tag[]): Promise<MlflowExperiment>;
  all(): AsyncIterable<MlflowExperiment>;
  rename(id: string, name: string): Promise<void>;
  /** Hides it and its runs; its name remains taken. */
  delete(id: string): Promise<void>;
}

export function createExperiments(connection: Connection): Experiments {
  const { call, createOnce } = connection;
  const byName = async (name: string) =>
    (await found(call({ method: 'GET', path: `${PATH}/get-by-name`, query: { experiment_name: name } }, one)))
      ?.experiment;
  const get = async (id: string) =>
    (await found(call({ method: 'GET', path: `${PATH}/get`, query: { experiment_id: id } }, one)))
      ?.experiment;

  return {
    get,
    byName,
    async ensure(name, tags = []) {
      const known = await byName(name);
      const experiment =
        known ??
        (await unlessTaken(
          () =>
            createOnce(
              async () => {
                const answer = z.object({ experiment_id: z.string() });
                const { experiment_id } = await call(
                  { method: 'POST', path: `${PATH}/create`, json: { name, tags } },
                  answer,
                );
                return { experiment_id, name, lifecycle_stage: 'active' };
              },
              () => byName(name),
            ),
          () => byName(name),
        ));
      if (experiment.lifecycle_stage === 'active') return experiment;
      throw new TouchlineError(
        'CONFLICT',
        `The experiment '${name}' was deleted in MLflow: restore it there, or remove it permanently (mlflow gc).`,
      );
    },
    all: () =>
      pages(call, { path: `${PATH}/search`, json: { max_results: 1_000 } }, 'experiments', experimentSchema),
    async rename(id, name) {
      const json = { experiment_id: id, new_name: name };
      await call({ method: 'POST', path: `${PATH}/update`, json, idempotent: true }, z.object({}));
    },
    async delete(id) {
      const json = { experiment_id: id };
      await found(call({ method: 'POST', path: `${PATH}/delete`, json, idempotent: true }, z.object({})));
    },
  };
}
