import { z } from 'zod';
import type { Connection } from './connection.ts';
import { found } from './found.ts';
import { pages } from './pages.ts';
import { loggedModelSchema, type MlflowLoggedModel, type Tag } from './schemas.ts';

const PATH = 'api/2.0/mlflow/logged-models';
const one = z.object({ model: loggedModelSchema });

/** MLflow 3's logged models: what versions of registered models point to. */
export interface LoggedModels {
  create(model: {
    experiment: string;
    name: string;
    /** Run that trained it. */
    run?: string;
    tags?: readonly Tag[];
  }): Promise<MlflowLoggedModel>;
  get(id: string): Promise<MlflowLoggedModel | undefined>;
  /** Marks its upload as complete; idempotent. */
  finalize(id: string): Promise<void>;
  /** @param search.filter as in ``tags.`seed` = '1'``. */
  search(search: { experiments: readonly string[]; filter?: string }): AsyncIterable<MlflowLoggedModel>;
}

export function createLoggedModels({ call, createOnce }: Connection): LoggedModels {
  const search: LoggedModels['search'] = ({ experiments, filter }) =>
    pages(
      call,
      { path: `${PATH}/search`, json: { experiment_ids: experiments, filter, max_results: 100 } },
      'models',
      loggedModelSchema,
    );
  return {
    search,
    async create({ experiment, name, run, tags = [] }) {
      const json = { experiment_id: experiment, name, source_run_id: run, tags };
      const create = async () => (await call({ method: 'POST', path: PATH, json }, one)).model;
      // A duplicate would be an empty folder that nothing points to, so there is no need to look for one.
      return createOnce(create, async () => undefined);
    },
    async get(id) {
      const request = { method: 'GET', path: `${PATH}/${encodeURIComponent(id)}` } as const;
      return (await found(call(request, one)))?.model;
    },
    async finalize(id) {
      const json = { model_id: id, status: 'LOGGED_MODEL_READY' };
      const path = `${PATH}/${encodeURIComponent(id)}`;
      await call({ method: 'PATCH', path, json, idempotent: true }, one);
    },
  };
}
