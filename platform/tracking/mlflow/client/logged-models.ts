import { z } from 'zod';
import type { Connection } from './connection.ts';
import { found } from './found.ts';
import { pages } from './pages.ts';
import { loggedModelSchema, type MlflowLoggedModel, type Tag } from './schemas.ts';

const PATH = 'api/2.0/mlflow/logged-models';
const one = z.object({ model: loggedModelSchema });

/** Models beside their runs, as MLflow 3 keeps them: what a version of a registered model points to. */
export interface LoggedModels {
  create(model: {
    experiment: string;
    name: string;
    /** Run that made it. */
    run?: string;
    tags?: readonly Tag[];
    params?: readonly Tag[];
  }): Promise<MlflowLoggedModel>;
  get(id: string): Promise<MlflowLoggedModel | undefined>;
  /** Says that all its files are there; again is harmless. */
  finalize(id: string): Promise<void>;
  /** @param search.filter as in ``tags.`seed` = '1'``. */
  search(search: { experiments: readonly string[]; filter?: string }): AsyncIterable<MlflowLoggedModel>;
}

export function createLoggedModels({ call, once }: Connection): LoggedModels {
  const search: LoggedModels['search'] = ({ experiments, filter }) =>
    pages(
      call,
      { path: `${PATH}/search`, json: { experiment_ids: experiments, filter, max_results: 100 } },
      'models',
      loggedModelSchema,
    );
  return {
    search,
    async create({ experiment, name, run, tags = [], params = [] }) {
      const json = { experiment_id: experiment, name, source_run_id: run, tags, params };
      const create = async () => (await call({ method: 'POST', path: PATH, json }, one)).model;
      // One too many is an empty folder that nothing points to: it need not be looked for.
      return once(create, async () => undefined);
    },
    async get(id) {
      const ask = { method: 'GET', path: `${PATH}/${encodeURIComponent(id)}` } as const;
      return (await found(call(ask, one)))?.model;
    },
    async finalize(id) {
      const json = { model_id: id, status: 'LOGGED_MODEL_READY' };
      const path = `${PATH}/${encodeURIComponent(id)}`;
      await call({ method: 'PATCH', path, json, idempotent: true }, one);
    },
  };
}
