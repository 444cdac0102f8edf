import { hashJson } from '../../hash.ts';
import { noProgress, type Progress } from '../../progress.ts';
import type { Document, Store } from '../../store/store.ts';
import type { EmbeddedTracking } from '../embedded/tracking.ts';
import type { Run, Tracking } from '../tracking.ts';
import { createMlflowClient, type MlflowClient } from './client/client.ts';
import type { MlflowRun } from './client/schemas.ts';
import { openMlflowTracking } from './tracking.ts';
import { EXPERIMENT_TAGS, OWN, paramChanges, STATUS, tagsOf } from './values.ts';

/** Where a run was exported to. */
interface ExportedRun extends Document {
  server: string;
  run: string;
  /** Id of the run on the server. */
  as: string;
  /** Hash of what was exported: the run is skipped until it changes. */
  content: string;
}

export interface ExportReport {
  experiments: number;
  runs: { read: number; exported: number; unchanged: number };
  points: number;
  artifacts: number;
  /** `as`: the version's number on the server, which numbers versions itself. */
  versions: { model: string; version: number; as: number }[];
  aliases: { model: string; alias: string; version: number }[];
}

/**
 * Exports an embedded history to an MLflow server: runs with their times, params, tags, metric histories and artifacts;
 * versions in their order; aliases. The id of each exported run is recorded in the store and as a tag on the server, so
 * repeating the export, even from a copy of the store, only adds what is new.
 * @throws UNAVAILABLE, INVALID_CONFIG naming `--to`
 */
export async function exportToMlflow(
  from: EmbeddedTracking,
  options: { url: string; token?: string; store: Store; progress?: Progress },
): Promise<ExportReport> {
  const { url, token, store, progress = noProgress } = options;
  const setting = '--to';
  const client = createMlflowClient({ url, token, setting });
  const to = openMlflowTracking({ url, token, setting, store });
  const server = new URL(url).host;
  const exported = store.collection<ExportedRun>('tracking_exports', { indexes: [['server', 'run']] });
  const report: ExportReport = {
    experiments: 0,
    runs: { read: 0, exported: 0, unchanged: 0 },
    points: 0,
    artifacts: 0,
    versions: [],
    aliases: [],
  };

  for (const experiment of await from.listExperiments()) {
    const { experiment_id } = await client.experiments.ensure(experiment, EXPERIMENT_TAGS);
    report.experiments++;
    // Oldest first, in the order in which they were made.
    const runs = (await from.listRuns(experiment, Number.POSITIVE_INFINITY)).reverse();
    for (const [done, run] of runs.entries()) {
      progress({ stage: `runs of ${experiment}`, done, total: runs.length, note: run.name });
      const files = await from.listArtifacts(run.id);
      const content = hashJson({ run, files });
      const known = await exported.get(`${server}/${run.id}`);
      report.runs.read++;
      if (known?.content === content && (await client.runs.get(known.as))) {
        report.runs.unchanged++;
        continue;
      }
      const target = await ensureRun(client, experiment_id, run);
      report.points += await copyRun(client, from, run, target);
      await Promise.all(
        files.map(async ({ path }) =>
          client.artifacts.put(target.info.artifact_uri, path, await from.getArtifact(run.id, path)),
        ),
      );
      if (run.finishedAt)
        await client.runs.finish(target.info.run_id, STATUS[run.status], Date.parse(run.finishedAt));
      report.artifacts += files.length;
      report.runs.exported++;
      await exported.put({ id: `${server}/${run.id}`, server, run: run.id, as: target.info.run_id, content });
    }
    progress({ stage: `runs of ${experiment}`, done: runs.length, total: runs.length });
  }
  await copyVersions(from, to, report, progress, async (run) => {
    return (await exported.get(`${server}/${run}`))?.as ?? run;
  });
  return report;
}

async function ensureRun(client: MlflowClient, experiment: string, run: Run): Promise<MlflowRun> {
  const filter = `tags.\`${OWN.exported}\` = '${run.id}'`;
  for await (const known of client.runs.search({ experiments: [experiment], filter })) return known;
  const tags = tagsOf({ ...run.tags, [OWN.exported]: run.id });
  return client.runs.create({ experiment, name: run.name, startedAt: Date.parse(run.startedAt), tags });
}

/** Copies params, tags and metric histories. @returns number of points */
async function copyRun(client: MlflowClient, from: Tracking, run: Run, target: MlflowRun): Promise<number> {
  // Points get the same time in each export, because the server stores equal points only once.
  const timestamp = Date.parse(run.startedAt);
  const histories = await Promise.all(
    Object.keys(run.metrics).map((name) => from.metricHistory(run.id, name)),
  );
  const metrics = histories.flat().map(({ name, value, step }) => ({ key: name, value, step, timestamp }));
  const { params, tags } = paramChanges(target, run.params);
  await client.runs.logBatch(target.info.run_id, { metrics, params, tags: [...tagsOf(run.tags), ...tags] });
  return metrics.length;
}

async function copyVersions(
  from: EmbeddedTracking,
  to: Tracking,
  report: ExportReport,
  progress: Progress,
  exportedRun: (run: string) => Promise<string>,
): Promise<void> {
  for (const model of await from.models()) {
    const versions = (await from.listVersions(model)).reverse();
    const numbers = new Map<number, number>();
    for (const [done, { version, run, package: hash, createdAt, tags }] of versions.entries()) {
      progress({ stage: `versions of ${model}`, done, total: versions.length });
      const created = await to.createVersion({
        ...{ model, run: await exportedRun(run), package: hash },
        tags: { ...tags, [OWN.created]: createdAt },
      });
      await to.tagVersion(model, created.version, tags);
      numbers.set(version, created.version);
      report.versions.push({ model, version, as: created.version });
    }
    progress({ stage: `versions of ${model}`, done: versions.length, total: versions.length });
    for (const { alias, version } of await from.listAliases(model)) {
      const as = numbers.get(version) as number;
      const current = await to.getAlias(model, alias);
      if (current?.version !== as) await to.moveAlias(model, alias, as, current?.revision ?? 0);
      report.aliases.push({ model, alias, version: as });
    }
  }
}
