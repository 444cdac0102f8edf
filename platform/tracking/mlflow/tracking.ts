import { systemClock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import { checkArtifactPath, checkMetrics, checkName } from '../names.ts';
import type { MetricPoint, Run, RunStatus, Tracking } from '../tracking.ts';
import { createAliases } from './aliases.ts';
import { createMlflowClient } from './client/client.ts';
import type { MlflowRun } from './client/schemas.ts';
import {
  currentParams,
  EXPERIMENT_TAGS,
  paramChanges,
  paramOf,
  plainTags,
  STATUS,
  tagsOf,
} from './values.ts';
import { createMlflowVersions } from './versions.ts';

/**
 * Tracking on an MLflow server. A product is an experiment and a registered model of the same name.
 * @param options.store decides what MLflow cannot: which of several processes moved an alias or registered a package.
 */
export function openMlflowTracking(options: {
  /** `http(s)://[user:password@]host[:port][/prefix]`. */
  url: string;
  /** Bearer token, if the server requires one. */
  token?: string;
  /** The setting that contains the URL, for messages; default TOUCHLINE_TRACKING. */
  setting?: string;
  store: Store;
}): Tracking {
  const { url, token, setting = 'TOUCHLINE_TRACKING', store } = options;
  const clock = systemClock;
  const client = createMlflowClient({ url, token, setting });
  const { experiments, runs, artifacts } = client;

  async function existing(id: string): Promise<MlflowRun> {
    const run = await runs.get(id);
    if (run) return run;
    throw new TouchlineError('NOT_FOUND', `There is no run '${id}'.`);
  }

  async function withExperiment(run: MlflowRun): Promise<Run> {
    const { experiment_id } = run.info;
    return toRun(run, (await experiments.get(experiment_id))?.name ?? experiment_id);
  }

  return {
    name: 'mlflow',
    ...createMlflowVersions(client, { store, clock }),
    ...createAliases(client.registry, { store, clock }),
    async startRun({ experiment, name, params = {}, tags = {} }) {
      const { experiment_id } = await experiments.ensure(
        checkName('experiment', experiment),
        EXPERIMENT_TAGS,
      );
      const run = await runs.create({
        experiment: experiment_id,
        name,
        startedAt: clock.now(),
        tags: tagsOf(tags),
      });
      await runs.logBatch(run.info.run_id, paramChanges(run, params));
      return toRun(await existing(run.info.run_id), experiment);
    },
    async logRun(id, { params = {}, tags = {}, metrics = [] }) {
      checkMetrics(metrics);
      const run = await existing(id);
      const changes = paramChanges(run, params);
      const timestamp = clock.now();
      await runs.logBatch(id, {
        params: changes.params,
        tags: [...tagsOf(tags), ...changes.tags],
        metrics: metrics.map(({ name, value, step }) => ({ key: name, value, step, timestamp })),
      });
    },
    async finishRun(id, status) {
      const run = await existing(id);
      await runs.finish(id, STATUS[status], run.info.end_time ?? clock.now());
      return withExperiment(await existing(id));
    },
    async getRun(id) {
      const run = await runs.get(id);
      return run && withExperiment(run);
    },
    async listRuns(experiment, limit = 100) {
      const known = await experiments.byName(experiment);
      const found: Run[] = [];
      if (known === undefined || limit < 1) return found;
      const search = {
        experiments: [known.experiment_id],
        order: ['attributes.start_time DESC'],
        page: Math.min(limit, 1_000),
      };
      for await (const run of runs.search(search)) {
        found.push(toRun(run, experiment));
        if (found.length === limit) break;
      }
      return found;
    },
    async metricHistory(id, name) {
      const latest = new Map<number, { timestamp: number; value: number }>();
      // MLflow keeps both values of a point that was logged twice: the later one counts.
      for await (const { step, value, timestamp } of runs.metricHistory(id, name))
        if (timestamp >= (latest.get(step)?.timestamp ?? 0)) latest.set(step, { timestamp, value });
      const points: MetricPoint[] = [...latest].map(([step, { value }]) => ({ name, value, step }));
      return points.sort((a, b) => a.step - b.step);
    },
    async putArtifact(id, path, content) {
      checkArtifactPath(path);
      await artifacts.put((await existing(id)).info.artifact_uri, path, content);
    },
    async getArtifact(id, path) {
      checkArtifactPath(path);
      try {
        return await artifacts.get((await existing(id)).info.artifact_uri, path);
      } catch (error) {
        if (!(error instanceof TouchlineError) || error.code !== 'NOT_FOUND') throw error;
        throw new TouchlineError('NOT_FOUND', `Run '${id}' has no artifact '${path}'.`, { cause: error });
      }
    },
    async listArtifacts(id, prefix = '') {
      const all = await artifacts.list((await existing(id)).info.artifact_uri);
      return all.filter(({ path }) => path.startsWith(prefix));
    },
    async ping() {
      await client.version();
      for await (const _ of experiments.all()) return;
    },
    async close() {
      client.close();
    },
  };
}

function toRun(run: MlflowRun, experiment: string): Run {
  const { info, data } = run;
  const status = (Object.keys(STATUS) as RunStatus[]).find((one) => STATUS[one] === info.status) ?? 'running';
  return {
    id: info.run_id,
    experiment,
    name: info.run_name,
    status,
    startedAt: new Date(info.start_time).toISOString(),
    ...(info.end_time && { finishedAt: new Date(info.end_time).toISOString() }),
    params: Object.fromEntries(currentParams(run).map(({ key, value }) => [key, paramOf(value)])),
    metrics: Object.fromEntries(
      data.metrics.filter(({ value }) => Number.isFinite(value)).map(({ key, value }) => [key, value]),
    ),
    tags: plainTags(data.tags),
  };
}
