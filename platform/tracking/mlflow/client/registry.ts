import { z } from 'zod';
import { TouchlineError } from '../../../errors.ts';
import type { Connection } from './connection.ts';
import { found, unlessTaken } from './found.ts';
import { pages, quoted } from './pages.ts';
import {
  type MlflowModelVersion,
  type MlflowRegisteredModel,
  modelVersionSchema,
  registeredModelSchema,
  type Tag,
} from './schemas.ts';

const MODELS = 'api/2.0/mlflow/registered-models';
const VERSIONS = 'api/2.0/mlflow/model-versions';
const oneModel = z.object({ registered_model: registeredModelSchema });
const oneVersion = z.object({ model_version: modelVersionSchema });
const empty = z.object({});

/** Registered models, their versions (numbered by the server from 1), aliases and tags. */
export interface Registry {
  model(name: string): Promise<MlflowRegisteredModel | undefined>;
  /** The model of that name, created if it does not exist. */
  ensureModel(name: string): Promise<MlflowRegisteredModel>;
  models(): AsyncIterable<MlflowRegisteredModel>;
  /** Deletes a model with all its versions. */
  deleteModel(name: string): Promise<void>;
  /**
   * Registers a version. Its `tags` must be unique: it is found by them if the server's answer is lost.
   * @param version.source such as `models:/m-…`, with that logged model as `loggedModel`.
   */
  createVersion(version: {
    model: string;
    source: string;
    loggedModel?: string;
    run?: string;
    tags: readonly Tag[];
  }): Promise<MlflowModelVersion>;
  version(model: string, version: number): Promise<MlflowModelVersion | undefined>;
  /** Newest first; only those with all the `tags`, if given. */
  versions(model: string, tags?: readonly Tag[]): AsyncIterable<MlflowModelVersion>;
  /** Versions of any model that have all the tags. */
  tagged(tags: readonly Tag[]): AsyncIterable<MlflowModelVersion>;
  tagVersion(model: string, version: number, tag: Tag): Promise<void>;
  /** The version that an alias points to. */
  alias(model: string, alias: string): Promise<number | undefined>;
  setAlias(model: string, alias: string, version: number): Promise<void>;
  deleteAlias(model: string, alias: string): Promise<void>;
}

export function createRegistry({ call, createOnce }: Connection): Registry {
  const model = async (name: string) =>
    (await found(call({ method: 'GET', path: `${MODELS}/get`, query: { name } }, oneModel)))
      ?.registered_model;

  const search = (conditions: readonly string[]) =>
    pages(
      call,
      {
        path: `${VERSIONS}/search`,
        query: { filter: conditions.join(' AND '), order_by: 'version_number DESC', max_results: 1_000 },
      },
      'model_versions',
      modelVersionSchema,
    );
  const tagConditions = (tags: readonly Tag[]) =>
    tags.map(({ key, value }) => `tags.\`${key}\` = ${quoted(value)}`);
  const tagged: Registry['tagged'] = (tags) => search(tagConditions(tags));
  const versions: Registry['versions'] = (name, tags = []) =>
    search([`name = ${quoted(name)}`, ...tagConditions(tags)]);

  return {
    model,
    versions,
    tagged,
    async ensureModel(name) {
      const create = async () =>
        (await call({ method: 'POST', path: `${MODELS}/create`, json: { name } }, oneModel)).registered_model;
      const known = await model(name);
      return (
        known ??
        unlessTaken(
          () => createOnce(create, () => model(name)),
          () => model(name),
        )
      );
    },
    models: () =>
      pages(
        call,
        { path: `${MODELS}/search`, query: { max_results: 1_000, order_by: 'name ASC' } },
        'registered_models',
        registeredModelSchema,
      ),
    async deleteModel(name) {
      await found(
        call({ method: 'DELETE', path: `${MODELS}/delete`, json: { name }, idempotent: true }, empty),
      );
    },
    async createVersion({ model: name, source, loggedModel, run, tags }) {
      const json = { name, source, model_id: loggedModel, run_id: run, tags };
      return createOnce(
        async () =>
          (await call({ method: 'POST', path: `${VERSIONS}/create`, json }, oneVersion)).model_version,
        async () => {
          for await (const version of versions(name, tags)) return version;
          return undefined;
        },
      );
    },
    async version(name, version) {
      const query = { name, version };
      return (await found(call({ method: 'GET', path: `${VERSIONS}/get`, query }, oneVersion)))
        ?.model_version;
    },
    async tagVersion(name, version, { key, value }) {
      const json = { name, version: String(version), key, value };
      await call({ method: 'POST', path: `${VERSIONS}/set-tag`, json, idempotent: true }, empty);
    },
    async alias(name, alias) {
      const request = { method: 'GET', path: `${MODELS}/alias`, query: { name, alias } } as const;
      try {
        return (await found(call(request, oneVersion)))?.model_version.version;
      } catch (error) {
        // The server reports an alias that is not set, or an invalid name, as an invalid parameter.
        if (error instanceof TouchlineError && error.code === 'INVALID_INPUT') return undefined;
        throw error;
      }
    },
    async setAlias(name, alias, version) {
      const json = { name, alias, version: String(version) };
      await call({ method: 'POST', path: `${MODELS}/alias`, json, idempotent: true }, empty);
    },
    async deleteAlias(name, alias) {
      const json = { name, alias };
      await found(call({ method: 'DELETE', path: `${MODELS}/alias`, json, idempotent: true }, empty));
    },
  };
}
