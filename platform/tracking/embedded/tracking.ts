import { randomUUID } from 'node:crypto';
import type { Blobs } from '../../blobs/blobs.ts';
import { TouchlineError } from '../../errors.ts';
import type { Document, Store } from '../../store/store.ts';
import { updateDocument } from '../../store/update-document.ts';
import { checkArtifactPath, checkMetrics, checkName } from '../names.ts';
import type { Alias, MetricPoint, Run, Tracking } from '../tracking.ts';
import { createVersions } from './versions.ts';

interface RunRecord extends Run, Document {
  /** Step of the last value of each metric. */
  steps: Record<string, number>;
}

interface PointRecord extends MetricPoint, Document {
  run: string;
}

interface ArtifactRecord extends Document {
  run: string;
  path: string;
  hash: string;
  bytes: number;
}

/** Tracking that can also list everything it holds, as exporting needs. */
export interface EmbeddedTracking extends Tracking {
  /** Names of experiments with at least one run. */
  listExperiments(): Promise<string[]>;
  listAliases(model: string): Promise<Alias[]>;
}

/** Tracking in our own store and blobs. */
export function openEmbeddedTracking(options: { store: Store; blobs: Blobs }): EmbeddedTracking {
  const { store, blobs } = options;
  const runs = store.collection<RunRecord>('tracking_runs', { indexes: [['experiment', 'startedAt']] });
  const points = store.collection<PointRecord>('tracking_points', { indexes: [['run', 'name', 'step']] });
  const artifacts = store.collection<ArtifactRecord>('tracking_artifacts', { indexes: [['run', 'path']] });
  const now = () => new Date().toISOString();

  async function changeRun(id: string, change: (run: RunRecord) => RunRecord): Promise<RunRecord> {
    const written = await updateDocument(runs, id, (run) => run && change(run));
    if (!written) throw new TouchlineError('NOT_FOUND', `There is no run '${id}'.`);
    return written;
  }

  return {
    name: 'embedded',
    ...createVersions(store, now),
    async startRun({ experiment, name, params = {}, tags = {} }) {
      const run: RunRecord = {
        id: randomUUID(),
        experiment: checkName('experiment', experiment),
        name,
        status: 'running',
        startedAt: now(),
        params,
        metrics: {},
        tags,
        steps: {},
      };
      return toRun(await runs.insert(run));
    },
    async logRun(id, { params = {}, tags = {}, metrics = [] }) {
      checkMetrics(metrics);
      if (!(await runs.get(id))) throw new TouchlineError('NOT_FOUND', `There is no run '${id}'.`);
      await points.putMany(metrics.map((point) => ({ ...point, id: pointId(id, point), run: id })));
      await changeRun(id, (run) => {
        const last = { ...run.metrics };
        const steps = { ...run.steps };
        for (const { name, value, step } of metrics) {
          if (name in steps && step < steps[name]) continue;
          last[name] = value;
          steps[name] = step;
        }
        return {
          ...run,
          params: { ...run.params, ...params },
          tags: { ...run.tags, ...tags },
          metrics: last,
          steps,
        };
      });
    },
    async finishRun(id, status) {
      return toRun(await changeRun(id, (run) => ({ ...run, status, finishedAt: run.finishedAt ?? now() })));
    },
    async getRun(id) {
      const run = await runs.get(id);
      return run && toRun(run);
    },
    async listRuns(experiment, limit = 100) {
      const found: Run[] = [];
      if (limit < 1) return found;
      for await (const run of runs.all({ experiment }, { sort: 'startedAt', descending: true })) {
        found.push(toRun(run));
        if (found.length >= limit) break;
      }
      return found;
    },
    async listExperiments() {
      const names = new Set<string>();
      for await (const { experiment } of runs.all()) names.add(experiment);
      return [...names].sort();
    },
    async metricHistory(id, name) {
      const history: MetricPoint[] = [];
      for await (const point of points.all({ run: id, name }, { sort: 'step' }))
        history.push({ name, value: point.value, step: point.step });
      return history;
    },
    async putArtifact(run, path, content) {
      checkArtifactPath(path);
      if (!(await runs.get(run))) throw new TouchlineError('NOT_FOUND', `There is no run '${run}'.`);
      const { hash, bytes } = await blobs.put(content);
      await artifacts.put({ id: `${run}/${path}`, run, path, hash, bytes });
    },
    async getArtifact(run, path) {
      const artifact = await artifacts.get(`${run}/${checkArtifactPath(path)}`);
      if (!artifact) throw new TouchlineError('NOT_FOUND', `Run '${run}' has no artifact '${path}'.`);
      return blobs.get(artifact.hash);
    },
    async listArtifacts(run, prefix = '') {
      const found: { path: string; bytes: number }[] = [];
      for await (const { path, bytes } of artifacts.all({ run }, { sort: 'path' }))
        if (path.startsWith(prefix)) found.push({ path, bytes });
      return found;
    },
    async ping() {
      await store.ping();
      await blobs.ping();
    },
    async close() {},
  };
}

/** Equal points have equal ids, so logging one again changes nothing. */
const pointId = (run: string, point: MetricPoint) => `${run}/${point.step}/${point.name}`;

function toRun(record: RunRecord): Run {
  const { id, experiment, name, status, startedAt, finishedAt, params, metrics, tags } = record;
  return {
    ...{ id, experiment, name, status, startedAt, params, metrics, tags },
    ...(finishedAt && { finishedAt }),
  };
}
