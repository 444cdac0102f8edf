import { beforeEach, describe, expect, it } from 'vitest';
import { hashBytes } from '../../platform/hash.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';

/**
 * The specification of every tracking adapter.
 * @param open opens a new, empty one.
 */
export function trackingConformance(name: string, open: () => Promise<Tracking>) {
  describe(`tracking: ${name}`, () => {
    let tracking: Tracking;
    beforeEach(async () => {
      tracking = await open();
      return () => tracking.close();
    });
    const start = (runName = 'ridge', experiment = 'shots') =>
      tracking.startRun({ experiment, name: runName, params: { depth: 6, rate: 0.1 }, tags: { seed: '1' } });
    const register = (content: string, model = 'shots') =>
      tracking.createVersion({ model, run: 'r', package: hashBytes(content) });

    it('records a run from start to finish', async () => {
      const run = await start();
      expect(run).toMatchObject({ experiment: 'shots', name: 'ridge', status: 'running', metrics: {} });
      await tracking.logRun(run.id, { params: { depth: 7, leafy: true }, tags: { host: 'a' } });
      const finished = await tracking.finishRun(run.id, 'finished');
      expect(finished).toMatchObject({
        status: 'finished',
        params: { depth: 7, rate: 0.1, leafy: true },
        tags: { seed: '1', host: 'a' },
      });
      expect(Date.parse(finished.finishedAt!)).toBeGreaterThanOrEqual(Date.parse(finished.startedAt));
      expect(await tracking.getRun(run.id)).toEqual(finished);
      expect(await tracking.getRun('unknown')).toBeUndefined();
    });

    it('records each metric point once, in the order of steps', async () => {
      const run = await start();
      const loss = [0, 1, 2, 10, 100].map((step) => ({ name: 'loss', value: 1 / (step + 1), step }));
      await tracking.logRun(run.id, { metrics: [loss[3], loss[0], { name: 'r2', value: -0.5, step: 0 }] });
      await tracking.logRun(run.id, { metrics: loss });
      await tracking.logRun(run.id, { metrics: loss.slice(0, 2) });
      expect(await tracking.metricHistory(run.id, 'loss')).toEqual(loss);
      expect(await tracking.metricHistory(run.id, 'none')).toEqual([]);
      expect((await tracking.getRun(run.id))?.metrics).toEqual({ loss: 1 / 101, r2: -0.5 });
    });

    it('accepts metrics from many clients at once', async () => {
      const run = await start();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          tracking.logRun(run.id, { metrics: [{ name: `m${i}`, value: i, step: 0 }] }),
        ),
      );
      expect(Object.keys((await tracking.getRun(run.id))!.metrics)).toHaveLength(20);
    });

    it('rejects invalid metric points and unknown runs', async () => {
      const run = await start();
      for (const point of [
        { name: 'loss', value: Number.NaN, step: 0 },
        { name: 'loss', value: 1, step: 0.5 },
      ])
        await expect(tracking.logRun(run.id, { metrics: [point] })).rejects.toMatchObject({
          code: 'INVALID_INPUT',
        });
      expect(await tracking.metricHistory(run.id, 'loss')).toEqual([]);
      const rejection = { code: 'NOT_FOUND' };
      await expect(tracking.logRun('unknown', { tags: { a: 'b' } })).rejects.toMatchObject(rejection);
      await expect(tracking.finishRun('unknown', 'failed')).rejects.toMatchObject(rejection);
      await expect(tracking.putArtifact('unknown', 'a', Buffer.from(''))).rejects.toMatchObject(rejection);
    });

    it('lists the runs of an experiment, newest first', async () => {
      const names: string[] = [];
      for (const runName of ['a', 'b', 'c']) {
        names.unshift((await start(runName)).name);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      await start('other', 'squats');
      expect((await tracking.listRuns('shots')).map((run) => run.name)).toEqual(names);
      expect((await tracking.listRuns('shots', 2)).map((run) => run.name)).toEqual(['c', 'b']);
      expect(await tracking.listRuns('nothing')).toEqual([]);
    });

    it('stores artifacts by path, and rejects unsafe paths', async () => {
      const run = await start();
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
      await tracking.putArtifact(run.id, 'package/model.onnx', bytes);
      await tracking.putArtifact(run.id, 'package/model.onnx', bytes);
      await tracking.putArtifact(run.id, 'report.html', Buffer.from('<p>'));
      expect(Buffer.compare(await tracking.getArtifact(run.id, 'package/model.onnx'), bytes)).toBe(0);
      expect(await tracking.listArtifacts(run.id)).toEqual([
        { path: 'package/model.onnx', bytes: 100_000 },
        { path: 'report.html', bytes: 3 },
      ]);
      expect(await tracking.listArtifacts(run.id, 'package/')).toHaveLength(1);
      await expect(tracking.getArtifact(run.id, 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      for (const path of ['../secret', '/etc/passwd', 'a/../b', 'a//b', '', 'a\\b', '.hidden', 'a/'])
        await expect(tracking.putArtifact(run.id, path, bytes)).rejects.toMatchObject({
          code: 'INVALID_INPUT',
        });
    });

    it('numbers the versions of a model from 1, and registers each package once', async () => {
      const versions = [await register('a'), await register('b'), await register('a')];
      expect(versions.map(({ version }) => version)).toEqual([1, 2, 1]);
      expect((await register('a', 'squats')).version).toBe(1);
      expect((await tracking.listVersions('shots')).map(({ version }) => version)).toEqual([2, 1]);
      expect(await tracking.getVersion('shots', 2)).toMatchObject({
        package: hashBytes('b'),
        model: 'shots',
      });
      expect(await tracking.getVersion('shots', 3)).toBeUndefined();
      expect(await tracking.models()).toEqual(['shots', 'squats']);
    });

    it('registers concurrent packages as one version each', async () => {
      const all = await Promise.all(Array.from({ length: 12 }, (_, i) => register(`p${i % 6}`)));
      expect(new Set(all.map(({ version }) => version))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
      for (let i = 0; i < 6; i++) expect(all[i].version).toBe(all[i + 6].version);
    });

    it('tags versions', async () => {
      await register('a');
      await Promise.all([
        tracking.tagVersion('shots', 1, { gate: 'passed' }),
        tracking.tagVersion('shots', 1, { card: 'x' }),
      ]);
      expect((await tracking.getVersion('shots', 1))?.tags).toEqual({ gate: 'passed', card: 'x' });
      await expect(tracking.tagVersion('shots', 9, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('moves an alias only if its revision is the expected one', async () => {
      for (const content of ['a', 'b']) await register(content);
      expect(await tracking.getAlias('shots', 'champion')).toBeUndefined();
      const first = (await tracking.moveAlias('shots', 'champion', 1, 0))!;
      expect(first).toMatchObject({ model: 'shots', alias: 'champion', version: 1 });
      expect(await tracking.moveAlias('shots', 'champion', 2, 0)).toBeUndefined();
      const second = (await tracking.moveAlias('shots', 'champion', 2, first.revision))!;
      expect(second.revision).not.toBe(first.revision);
      expect(await tracking.moveAlias('shots', 'champion', 1, first.revision)).toBeUndefined();
      expect(await tracking.getAlias('shots', 'champion')).toEqual(second);
      await expect(tracking.moveAlias('shots', 'champion', 7, second.revision)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      expect((await tracking.getAlias('shots', 'champion'))?.version).toBe(2);
    });

    it('lets exactly one of several concurrent moves succeed', async () => {
      for (const content of ['a', 'b', 'c']) await register(content);
      const moves = await Promise.all([1, 2, 3].map((v) => tracking.moveAlias('shots', 'champion', v, 0)));
      const won = moves.filter((move) => move !== undefined);
      expect(won).toHaveLength(1);
      expect(await tracking.getAlias('shots', 'champion')).toEqual(won[0]);
    });

    it('answers a ping', async () => {
      await tracking.ping();
    });
  });
}
