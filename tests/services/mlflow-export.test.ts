import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Blobs } from '../../platform/blobs/blobs.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { hashBytes } from '../../platform/hash.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Store } from '../../platform/store/store.ts';
import { type EmbeddedTracking, openEmbeddedTracking } from '../../platform/tracking/embedded/tracking.ts';
import { createMlflowClient } from '../../platform/tracking/mlflow/client/client.ts';
import { exportToMlflow } from '../../platform/tracking/mlflow/export.ts';
import { openMlflowTracking } from '../../platform/tracking/mlflow/tracking.ts';
import type { Run } from '../../platform/tracking/tracking.ts';
import { documentOf, touchline } from '../cli/touchline.ts';
import { serviceUrl } from './real.ts';

const url = serviceUrl('mlflow');
const product = `exported-${randomUUID().slice(0, 8)}`;
const withoutId = ({ id: _, ...run }: Run) => run;

describe.skipIf(!url)('export to MLflow (skipped unless `scripts/services.sh start mlflow` runs)', () => {
  let data: string;
  let store: Store;
  let blobs: Blobs;
  let from: EmbeddedTracking;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'touchline-export-'));
    store = openSqliteStore({ path: join(data, 'touchline.db') });
    blobs = openFolderBlobs({ path: join(data, 'blobs') });
    from = openEmbeddedTracking({ store, blobs });
    for (const name of ['ridge', 'boosting', 'forest']) {
      const run = await from.startRun({
        experiment: product,
        name,
        params: { depth: 6, leafy: true, word: '7' },
      });
      const points = Array.from({ length: 1_200 }, (_, step) => ({
        name: 'curve/loss',
        value: 1 / (step + 1),
        step,
      }));
      await from.logRun(run.id, { params: { depth: 7 }, tags: { seed: '1' }, metrics: points });
      await from.putArtifact(run.id, 'package/model.onnx', Buffer.from(name));
      await from.putArtifact(run.id, 'report.html', Buffer.from('<p>'));
      await from.finishRun(run.id, name === 'forest' ? 'failed' : 'finished');
      await from.createVersion({
        model: product,
        run: run.id,
        package: hashBytes(name),
        tags: { gate: name },
      });
    }
    await from.moveAlias(product, 'champion', 1, 0);
    await from.moveAlias(product, 'champion', 2, 1);
  });
  afterAll(async () => {
    await createMlflowClient({ url: url! }).registry.deleteModel(product);
    await store.close();
    await rm(data, { recursive: true });
  });
  it('exports runs, curves, artifacts, versions and aliases', async () => {
    const report = await exportToMlflow(from, { url: url!, store });
    expect(report).toMatchObject({
      experiments: 1,
      runs: { read: 3, exported: 3, unchanged: 0 },
      points: 3_600,
      artifacts: 6,
      aliases: [{ model: product, alias: 'champion', version: 2 }],
    });
    expect(report.versions.map(({ version, as }) => [version, as])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const to = openMlflowTracking({ url: url!, store });
    const [target, source] = [await to.listRuns(product), await from.listRuns(product)];
    expect(target.map(withoutId)).toEqual(source.map(withoutId));
    for (const [i, run] of source.entries()) {
      const as = target[i].id;
      expect(await to.metricHistory(as, 'curve/loss')).toEqual(
        await from.metricHistory(run.id, 'curve/loss'),
      );
      expect(await to.listArtifacts(as)).toEqual(await from.listArtifacts(run.id));
      expect(await to.getArtifact(as, 'package/model.onnx')).toEqual(
        new Uint8Array(await from.getArtifact(run.id, 'package/model.onnx')),
      );
    }
    const versions = await to.listVersions(product);
    expect(versions.map(({ run: _, ...version }) => version)).toEqual(
      (await from.listVersions(product)).map(({ run: _, ...version }) => version),
    );
    expect(versions.map(({ run }) => run)).toEqual(target.map(({ id }) => id));
    expect(await to.getAlias(product, 'champion')).toMatchObject({ version: 2 });
  });

  it('is idempotent, and adds what is new', async () => {
    const again = await exportToMlflow(from, { url: url!, store });
    expect(again.runs).toEqual({ read: 3, exported: 0, unchanged: 3 });
    const [run] = await from.listRuns(product);
    await from.logRun(run.id, { metrics: [{ name: 'test_auc', value: 0.75, step: 0 }] });
    // Without the record of the export, the exported runs are found on the server.
    const blank = openSqliteStore({ path: ':memory:' });
    const report = await exportToMlflow(from, { url: url!, store: blank });
    await blank.close();
    expect(report.runs).toEqual({ read: 3, exported: 3, unchanged: 0 });
    const to = openMlflowTracking({ url: url!, store });
    const target = await to.listRuns(product);
    expect(target).toHaveLength(3);
    expect(target[0].metrics).toMatchObject({ test_auc: 0.75 });
    expect(await to.listVersions(product)).toHaveLength(3);
    const client = createMlflowClient({ url: url! });
    let points = 0;
    for await (const _ of client.runs.metricHistory(target[0].id, 'curve/loss')) points++;
    expect(points).toBe(1_200);
  });

  it('is a command that reports its work, or which address is wrong', async () => {
    const ended = await touchline(['export', 'mlflow', '--to', url!, '--json', '--data', data]);
    expect(ended.status, ended.stderr).toBe(0);
    expect(documentOf(ended)).toMatchObject({ to: url, runs: { read: 3 }, seconds: expect.any(Number) });
    expect(ended.stderr).toContain(`done runs of ${product} 3/3`);
    const wrong = await touchline(['export', 'mlflow', '--to', 'http://127.0.0.1:9', '--data', data]);
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/UNAVAILABLE: MLflow at 127.0.0.1:9 cannot be reached .*--to/);
  });
});
