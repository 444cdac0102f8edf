import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import { createLeases } from '../../lease.ts';
import type { Document, Store } from '../../store/store.ts';
import { checkName } from '../names.ts';
import type { ModelVersion, SharedRegistry, Tracking } from '../tracking.ts';
import type { MlflowClient } from './client/client.ts';
import type { MlflowModelVersion, MlflowRun } from './client/schemas.ts';
import { EXPERIMENT_TAGS, OWN, plainTags, tagsOf, tagValue } from './values.ts';

type Versions = Pick<
  Tracking,
  'createVersion' | 'getVersion' | 'listVersions' | 'tagVersion' | 'models' | 'shared'
>;

/** Folder of a run's artifacts that holds its package. */
const PACKAGE = 'package/';
/** How long a crashed process keeps others from registering a version of the same model. */
const LEASE_MS = 60_000;
/** How long to wait for another process that registers a version: it may have to upload large files. */
const WAIT_MS = 600_000;

/** Held by the process that registers a version of the model of this id. */
interface Lock extends Document {
  holder: string;
  /** Milliseconds since 1970; 0 once it is released. */
  until: number;
}

/** Registered models and their versions on an MLflow server. */
export function createMlflowVersions(
  client: MlflowClient,
  { store, clock }: { store: Store; clock: Clock },
): Versions {
  const { registry, loggedModels, artifacts, runs, experiments } = client;
  const leases = createLeases<Lock>({
    ...{ collection: store.collection('tracking_mlflow_locks'), clock, leaseMs: LEASE_MS },
    leasedUntil: ({ until }) => until,
    withLease: (lock, until) => ({ ...lock, until }),
  });

  /**
   * Runs work that only one process may do for a model at a time: MLflow itself would register the same package twice.
   * @throws UNAVAILABLE if another process does not finish in time
   */
  async function exclusively<T>(model: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const lease = await leases.acquire(() => ({ id: model, holder: randomUUID(), until: 0 }), {
      timeoutMs: WAIT_MS,
      timedOut: () =>
        new TouchlineError(
          'UNAVAILABLE',
          `Another process has been registering versions of model '${model}' for ${WAIT_MS / 60_000} minutes. ` +
            'Try again once it has finished; if it hangs, stop it: its lease expires a minute later.',
        ),
    });
    try {
      return await work(lease.signal);
    } finally {
      // If the store is unavailable, the lease expires by itself.
      await lease.release((lock) => ({ ...lock, until: 0 })).catch(() => {});
    }
  }

  /** The version of a package; the oldest one if there are several. */
  async function versionOf(model: string, hash: string): Promise<ModelVersion | undefined> {
    let first: MlflowModelVersion | undefined;
    for await (const version of registry.versions(model, tagsOf({ [OWN.package]: hash }))) first = version;
    return first && toVersion(first);
  }

  /** Uploads the package of a run as a logged model, which MLflow's Python client can load. @returns its id */
  async function uploadPackage(model: string, hash: string, run: MlflowRun | undefined) {
    const experiment =
      run?.info.experiment_id ?? (await experiments.ensure(model, EXPERIMENT_TAGS)).experiment_id;
    const tags = tagsOf({ [OWN.package]: hash });
    const name = run?.info.run_name || model;
    const logged = await loggedModels.create({ experiment, name, run: run?.info.run_id, tags });
    if (run) {
      const from = run.info.artifact_uri;
      for (const { path } of await artifacts.list(from, PACKAGE.slice(0, -1)))
        await artifacts.put(
          logged.info.artifact_uri,
          path.slice(PACKAGE.length),
          await artifacts.get(from, path),
        );
    }
    await loggedModels.finalize(logged.info.model_id);
    return logged.info.model_id;
  }

  async function existing(model: string, version: number): Promise<MlflowModelVersion> {
    const found = await registry.version(model, version);
    if (found) return found;
    throw new TouchlineError('NOT_FOUND', `Model '${model}' has no version ${version}.`);
  }

  /** Artifact root and folder that a version points to. */
  async function placeOf({ name, version, source, run_id }: MlflowModelVersion) {
    const logged = /^models:\/(m-[0-9a-f]+)$/.exec(source)?.[1];
    const root = logged && (await loggedModels.get(logged))?.info.artifact_uri;
    if (root) return { root, folder: '' };
    const ofRun = /^runs:\/+([0-9a-f]+)\/(.+)$/.exec(source);
    const run = await runs.get(ofRun?.[1] ?? run_id);
    if (ofRun && run) return { root: run.info.artifact_uri, folder: ofRun[2] };
    if (source.startsWith('mlflow-artifacts:')) return { root: source, folder: '' };
    throw new TouchlineError(
      'NOT_FOUND',
      `Version ${version} of ${name} points to ${source.split(':')[0]}:, and the MLflow server does not serve files from there.`,
    );
  }

  const shared: SharedRegistry = {
    async findPackage(hash) {
      for await (const version of registry.tagged(tagsOf({ [OWN.package]: hash }))) return toVersion(version);
      return undefined;
    },
    async versionFiles(model, version, limits) {
      const { root, folder } = await placeOf(await existing(model, version));
      const listed = await artifacts.list(root, folder);
      const bytes = listed.reduce((sum, file) => sum + file.bytes, 0);
      if (listed.length > limits.files || bytes > limits.bytes)
        throw new TouchlineError(
          'FILE_TOO_LARGE',
          `Version ${version} of ${model} has ${listed.length} files with ${bytes} bytes; the limits are ${limits.files} files and ${limits.bytes} bytes.`,
          { details: limits },
        );
      const read = async ({ path }: { path: string }) =>
        [path.slice(folder === '' ? 0 : folder.length + 1), await artifacts.get(root, path)] as const;
      return new Map(await Promise.all(listed.map(read)));
    },
    async adopt(model, version, { run, package: hash }) {
      // The package tag is written last, because it marks the version as imported.
      for (const tag of tagsOf({ [OWN.run]: run, [OWN.package]: hash }))
        await registry.tagVersion(model, version, tag);
    },
  };

  return {
    shared,
    async createVersion({ model, run: id, package: hash, tags = {} }) {
      checkName('model', model);
      return exclusively(model, async (signal) => {
        const registered = await versionOf(model, hash);
        if (registered) return registered;
        await registry.ensureModel(model);
        const run = await runs.get(id);
        const loggedModel = await uploadPackage(model, hash, run);
        // Without the lease, another process may have registered the package by now.
        signal.throwIfAborted();
        const created = await registry.createVersion({
          model,
          source: `models:/${loggedModel}`,
          loggedModel,
          run: run?.info.run_id,
          tags: tagsOf({ ...tags, [OWN.package]: hash, [OWN.run]: id }),
        });
        return toVersion(created);
      });
    },
    async getVersion(model, version) {
      const found = await registry.version(model, version);
      return found && toVersion(found);
    },
    async listVersions(model) {
      const found: ModelVersion[] = [];
      for await (const version of registry.versions(model)) found.push(toVersion(version));
      return found;
    },
    async tagVersion(model, version, tags) {
      await existing(model, version);
      for (const tag of tagsOf(tags)) await registry.tagVersion(model, version, tag);
    },
    async models() {
      const names: string[] = [];
      for await (const { name } of registry.models()) names.push(name);
      return names;
    },
  };
}

function toVersion({ name, version, run_id, creation_timestamp, tags }: MlflowModelVersion): ModelVersion {
  return {
    model: name,
    version,
    run: tagValue(tags, OWN.run) ?? run_id,
    package: tagValue(tags, OWN.package) ?? '',
    createdAt: tagValue(tags, OWN.created) ?? new Date(creation_timestamp).toISOString(),
    tags: plainTags(tags),
  };
}
