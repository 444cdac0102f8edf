import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readTraining } from '../../datasets/snapshots/read-training.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { openPackages } from '../../models/package/store.ts';
import { openAlerts } from '../../monitoring/alerts/alerts.ts';
import { biomechanics, biomechanicsFeatures } from '../../pipelines/biomechanics.ts';
import { enqueueAndWait } from '../../pipelines/enqueue-and-wait.ts';
import { defineProduct, z } from '../../pipelines/index.ts';
import { driftJob, promoteJob, retrainJob, trainJob } from '../../pipelines/jobs.ts';
import type { Product } from '../../pipelines/product.ts';
import {
  type RunResult,
  runEtlJob,
  runPipeline,
  runSnapshotJob,
  runTrainingJobs,
} from '../../pipelines/run.ts';
import { shots } from '../../pipelines/shots.ts';
import { judgeCandidate } from '../../pipelines/steps/judge-candidate.ts';
import { snapshotStep } from '../../pipelines/steps/snapshot.ts';
import { systemClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { hashBytes } from '../../platform/hash.ts';
import type { Json } from '../../platform/store/store.ts';
import { history } from '../../registry/history.ts';
import { createApp, type ServingApp } from '../../serving/api/app.ts';
import { fewShots, writeClips, writeLines } from '../cli/data.ts';
import { eventually } from '../conformance/tools.ts';
import { contents, openWorld, type World } from './world.ts';

/** One quick estimator, so that a retraining takes seconds. */
const quick = (product: Product): Product => ({
  ...product,
  training: { ...product.training, estimators: { linear: { knots: 0 } } },
});

const CLIPS = quick(biomechanics);
const SHOTS = quick(shots);

const ONCE = { estimators: ['linear'], seed: 1, by: 'tests' };

function openApi({ data, platform, deps }: World): ServingApp {
  return createApp({
    ...platform,
    packages: openPackages(platform),
    products: deps.products.entries.map(({ serving }) => serving),
    log: { info() {}, warn() {}, error() {} },
    clock: systemClock,
    auth: { mode: 'demo' },
    spool: `${data}/spool`,
    pollMs: 50,
  });
}

/** Posted shots of another population: only long ones late in the game. */
const farShots = (items: Json[]): Json[] =>
  items.map((item, i) => ({
    ...(item as Record<string, Json>),
    distance: 8 + (i % 9) / 2,
    shotType: 3,
    period: 4,
    seconds: 5 + (i % 40),
  }));

describe.each<{
  product: Product;
  /** @param more writes the same data as without it, and additional data. */
  write(folder: string, more?: boolean): string;
  shifted(items: Json[]): Json[];
}>([
  {
    product: SHOTS,
    write: (folder, more) => writeLines(folder, 'shots.jsonl', fewShots(more ? 66 : 60, 60)),
    shifted: farShots,
  },
  {
    product: CLIPS,
    write: (folder, more) => writeClips(`${folder}/clips`, more ? 150 : 120),
    // Clips of a single action, from a camera whose aspect ratio is stated wrongly.
    shifted: (items) =>
      items.map((item) => {
        const { poses, ...rest } = item as { poses: { aspect: number } & Record<string, Json> };
        return {
          ...rest,
          side: 'left',
          type: 'pass',
          poses: { ...poses, aspect: 2.5 * poses.aspect },
        } as Json;
      }),
  },
])('the loop of $product.name', ({ product, write, shifted }) => {
  const { name } = product;
  let world: World;
  let app: ServingApp;
  let from: string;
  let first: RunResult;
  beforeAll(async () => {
    world = openWorld([product]);
    from = write(world.folder);
    app = openApi(world);
    await app.start();
    first = await runPipeline(product, { ...ONCE, from }, world.deps, world.context);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  const ask = async (items: Json[]) => {
    const said = await request(app.express).post(product.serving.path).send({ items });
    expect(said.status, JSON.stringify(said.body)).toBe(200);
    const answers = said.body.items as { prediction_id: string; model: { package: string } }[];
    expect(answers.filter(({ prediction_id }) => !prediction_id)).toEqual([]);
    return answers;
  };
  const check = () => enqueueAndWait(world.platform.queue, driftJob, { product: name });
  const logged = () => contents(world.platform.store, 'predictions');

  it('makes a champion of the best candidate', async () => {
    expect(first.decision).toMatchObject({ promoted: true, version: 1 });
    const { periods, rejections } = await history(name, world.platform);
    expect(periods).toMatchObject([{ version: 1, package: first.best.package, by: 'tests' }]);
    expect(rejections).toEqual([]);
    expect(await world.platform.tracking.listRuns(name)).toMatchObject([
      { id: first.best.run, status: 'finished', tags: { snapshot: first.snapshot.id } },
    ]);
  });

  it('repeats nothing when it is rerun', async () => {
    const again = await runPipeline(product, { ...ONCE, from }, world.deps, world.context);
    expect(again.etl).toMatchObject({ read: first.etl?.read, accepted: 0 });
    expect(again.snapshot).toEqual(first.snapshot);
    expect(again.candidates).toEqual(first.candidates);
    expect(again.decision).toMatchObject({ promoted: true, version: 1 });
    expect(await world.platform.tracking.listRuns(name)).toHaveLength(1);
    expect(await world.platform.queue.list({ kind: trainJob.kind })).toHaveLength(1);
    expect((await history(name, world.platform)).periods).toHaveLength(1);
  });

  it('gives the same package from the same snapshot, seed and code elsewhere', async () => {
    const other = openWorld([product]);
    try {
      const result = await runPipeline(product, { ...ONCE, from }, other.deps, other.context);
      expect(result.snapshot.hash).toBe(first.snapshot.hash);
      expect(result.best.package).toBe(first.best.package);
      expect(result.best.run).not.toBe(first.best.run);
    } finally {
      await other.close();
    }
  }, 120_000);

  it('answers with the champion, and logs every answer', async () => {
    await eventually(() => app.champions.state(name).served?.package === first.best.package);
    const items = product.simulatedItems!(3);
    const answers = await ask(items.slice(0, 35));
    for (const { model } of answers) expect(model.package).toBe(first.best.package);
    await eventually(async () => (await logged()).length === 35);
    expect(new Set((await logged()).map(({ id }) => id))).toEqual(
      new Set(answers.map((answer) => answer.prediction_id)),
    );
  });

  it('does not judge drift on 35 rows', async () => {
    expect((await check()).verdict).toBe('not_enough_data');
    expect(await contents(world.platform.store, 'alerts')).toEqual([]);
  });

  it('alerts when the population shifts, retrains by policy, and sends the candidate through the gate', async () => {
    const { inbox, queue, store } = world.platform;
    const items = shifted([...product.simulatedItems!(4), ...product.simulatedItems!(5)]);
    const before = (await logged()).length;
    for (let i = 0; i < 200; i += 50) await ask(items.slice(i, i + 50));
    await eventually(async () => (await logged()).length === before + 200);
    // Data arrives in the meantime, so that the retraining has something to learn from.
    await runEtlJob(product, { from: write(`${world.folder}/more`, true) }, world.deps, world.context);
    const found = await check();
    expect(found.verdict).toBe('drift');
    const alert = found.alerts.find((id) => id.startsWith(`${name}-drift-`))!;
    expect(alert).toBeDefined();
    const told = async () => (await inbox.list()).items.filter(({ incident }) => incident === alert);
    expect(await told()).toMatchObject([{ status: 'open', messages: 1 }]);
    expect((await told())[0].facts[0]).toEqual({
      name: 'champion',
      value: `version 1, package ${first.best.package?.slice(0, 12)}`,
    });

    // The same finding is counted on the open alert: no message, no second retraining.
    expect((await check()).alerts).toEqual(found.alerts);
    expect(await told()).toMatchObject([{ messages: 1 }]);
    expect(await openAlerts({ store, notify: inbox }).get(alert)).toMatchObject({ seen: 2 });

    const retrained = await queue.list({ kind: retrainJob.kind });
    expect(retrained).toHaveLength(1);
    await eventually(
      async () => ['done', 'dead'].includes((await queue.get(retrained[0].id))!.state),
      100_000,
    );
    const job = (await queue.get(retrained[0].id))!;
    expect(job.error).toBeUndefined();
    // Its candidate was fitted on everything stored by now, and went through the gate like any other.
    const snapshot = await snapshotStep(product, world.deps);
    expect(snapshot.id).not.toBe(first.snapshot.id);
    const by = `alert ${alert}`;
    const { promoted } = retrainJob.result.parse(job.result);
    const { periods, rejections } = await history(name, world.platform);
    const judged = promoted ? periods[0] : rejections[0];
    expect(judged).toMatchObject({ by, version: 2, evidence: { snapshot: snapshot.id } });
    expect(judged.reasons.join(' ')).toMatch(/against version 1/);
    expect((await world.platform.tracking.getAlias(name, 'champion'))?.version).toBe(promoted ? 2 : 1);
  }, 120_000);
});

describe('a run whose records are all rejected', () => {
  it('fails with the reasons of the ETL', async () => {
    const putts = defineProduct({
      name: 'putts',
      description: 'Quality of a putt.',
      task: 'regression',
      scale: [0, 10],
      record: z.strictObject({ id: z.string(), golfer: z.string(), slope: z.number(), score: z.number() }),
      row: { group: 'golfer', target: 'score' },
    });
    const world = openWorld([putts]);
    try {
      const putt = (id: string, score: number) => ({ id, golfer: 'ann', slope: 1, score });
      const from = writeLines(world.folder, 'putts.jsonl', [putt('a', 11), putt('b', 12)]);
      await expect(runPipeline(putts, { ...ONCE, from }, world.deps, world.context)).rejects.toMatchObject({
        code: 'INSUFFICIENT_DATA',
        message: expect.stringMatching(
          /^0 rows of 0 groups .* The ETL read 2 records and rejected 2: 2 × the score is not between 0 and 10\.$/,
        ),
      });
    } finally {
      await world.close();
    }
  });
});

describe('scores given on the page', () => {
  it('enter the next snapshot, and the next training', async () => {
    const world = openWorld([CLIPS]);
    const app = openApi(world);
    try {
      const from = writeClips(`${world.folder}/clips`);
      const before = await runPipeline(CLIPS, { ...ONCE, from }, world.deps, world.context);
      await app.start();
      const api = request(app.express);
      const next = await api.get('/v1/scoring/biomechanics/next').query({ rater: 'guest' });
      expect(next.status).toBe(200);
      const { id } = next.body.clip;
      const seen = () => api.get('/v1/scoring/biomechanics/scores').query({ action: id, rater: 'guest' });
      expect((await seen()).body).toEqual({ own: null, others: [] });
      const given = { action: id, score: 9.5, rater: 'guest' };
      expect((await api.post('/v1/scoring/biomechanics/scores').send(given)).status).toBe(201);
      // A second score by the same expert changes nothing.
      const twice = await api.post('/v1/scoring/biomechanics/scores').send({ ...given, score: 1 });
      expect(twice.status).toBe(409);
      expect(twice.body.error).toMatchObject({ code: 'ALREADY_EXISTS', details: { score: 9.5 } });

      // The panel's scores from the data are shown once the expert has given a score.
      const panel = (await seen()).body;
      expect(panel.own).toBe(9.5);
      expect(panel.others.length).toBeGreaterThan(0);

      const after = await runPipeline(CLIPS, ONCE, world.deps, world.context);
      expect((await seen()).body).toEqual(panel);
      expect(after.snapshot.hash).not.toBe(before.snapshot.hash);
      expect(after.snapshot.rows).toBe(before.snapshot.rows);
      expect(after.best.run).not.toBe(before.best.run);
      const gold = world.platform.store.collection<GoldRow>('gold_biomechanics');
      const row = (await gold.get(id))!;
      expect(row.ratings).toContainEqual(expect.objectContaining({ rater: 'guest', score: 9.5 }));
      const { train, validation } = await readTraining(after.snapshot, biomechanicsFeatures, {
        ...world.platform,
        seed: 1,
      });
      const frozen = [...train.rows, ...validation.rows].find((one) => one.id === id);
      if (frozen) expect(frozen.ratings).toEqual(row.ratings);
      // Nothing new: the same snapshot.
      expect((await snapshotStep(CLIPS, world.deps)).id).toBe(after.snapshot.id);
    } finally {
      await app.close();
      await world.close();
    }
  }, 120_000);
});

// biome-ignore lint/suspicious/noExplicitAny: a document that the test changes at one place.
const jsonOf = (files: ReadonlyMap<string, Uint8Array>, name: string): any =>
  JSON.parse(Buffer.from(files.get(name)!).toString());

/** Changes one bit of a blob on the disk. */
function damage(data: string, hash: string): void {
  const path = join(data, 'blobs', hash.slice(0, 2), hash);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] ^= 1;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

describe('a package that cannot be read', () => {
  let world: World;
  let first: RunResult;
  beforeAll(async () => {
    world = openWorld([SHOTS]);
    const from = writeLines(world.folder, 'shots.jsonl', fewShots(60, 60));
    first = await runPipeline(SHOTS, { ...ONCE, from }, world.deps, world.context);
  }, 120_000);
  afterAll(() => world.close());

  it('is judged on a retry if the blob store was unavailable, and no rejection is recorded', async () => {
    const { platform, deps, context } = world;
    const next = { ...ONCE, seed: 2 };
    const { best } = await runTrainingJobs(SHOTS, first.snapshot, next, deps, context);
    const request = { snapshot: first.snapshot.id, run: best.run, package: best.package, by: 'tests' };
    const outage = new TouchlineError('UNAVAILABLE', 'The blob store does not answer.');
    const judge = (unreadable?: string) => {
      const stream = async (hash: string) => {
        if (hash === unreadable) throw outage;
        return platform.blobs.stream(hash);
      };
      const step = { platform: { ...platform, blobs: { ...platform.blobs, stream } } };
      return judgeCandidate(SHOTS, request, step, { progress() {} });
    };
    await expect(judge(best.package)).rejects.toBe(outage);
    const { prototype } = InferenceSession as unknown as { prototype: InferenceSession };
    const released = vi.spyOn(prototype, 'release');
    try {
      await expect(judge(first.best.package)).rejects.toBe(outage);
      // The challenger had been loaded by then, and must not stay open.
      expect(released).toHaveBeenCalledOnce();
    } finally {
      released.mockRestore();
    }
    expect((await history('shots', platform)).rejections).toEqual([]);
    expect((await judge()).reasons.join(' ')).toMatch(/version 2 .* against version 1/);
  }, 120_000);

  it('does not block other candidates if it is the champion', async () => {
    const { platform, data, deps, context } = world;
    expect(first.decision.promoted).toBe(true);
    const files = await openPackages(platform).get(first.best.package);
    damage(data, hashBytes(files.get('model.onnx')!));
    const next = await runPipeline(SHOTS, { ...ONCE, seed: 2 }, deps, context);
    expect(next.best.package).not.toBe(first.best.package);
    expect(next.decision).toMatchObject({ promoted: true, version: 2 });
    expect(next.decision.reasons[0]).toMatch(
      /Version 1 cannot be loaded, so the challenger is compared with the baseline/,
    );
  }, 120_000);

  it('never becomes champion, and the ledger says why', async () => {
    const world = openWorld([SHOTS]);
    try {
      const { platform, data, deps, context } = world;
      const from = writeLines(world.folder, 'shots.jsonl', fewShots(60, 60));
      await runEtlJob(SHOTS, { from }, deps, context);
      const snapshot = await runSnapshotJob(SHOTS, deps, context);
      const { best } = await runTrainingJobs(SHOTS, snapshot, ONCE, deps, context);
      const packages = openPackages(platform);
      const files = new Map(await packages.get(best.package));
      const put = (packageHash: string) =>
        enqueueAndWait(platform.queue, promoteJob, {
          ...{ product: 'shots', snapshot: snapshot.id, run: best.run, by: 'tests' },
          package: packageHash,
        });

      // An intact package that does not reproduce its golden outputs.
      const golden = jsonOf(files, 'golden.json');
      golden.cases[0].outputs.probability[0] += 0.01;
      const other = Buffer.from(JSON.stringify(golden));
      const signature = jsonOf(files, 'signature.json');
      signature.files['golden.json'] = hashBytes(other);
      const strange = await packages.put(
        new Map([
          ...files,
          ['golden.json', other],
          ['signature.json', Buffer.from(JSON.stringify(signature))],
        ]),
      );
      await expect(put(strange)).rejects.toMatchObject({ code: 'PARITY_FAILED' });

      // A package whose bytes changed on disk.
      damage(data, hashBytes(files.get('model.onnx')!));
      await expect(put(best.package)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
      await expect(put(best.package)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });

      expect(await platform.tracking.getAlias('shots', 'champion')).toBeUndefined();
      const { periods, rejections } = await history('shots', platform);
      expect(periods).toEqual([]);
      // Requested twice, it is recorded as one rejection.
      expect(rejections).toMatchObject([
        { code: 'PACKAGE_INVALID', package: best.package, reasons: [expect.stringMatching(/model\.onnx/)] },
        { code: 'PARITY_FAILED', package: strange, reasons: [expect.stringMatching(/golden/)] },
      ]);

      // Once its files are stored again, the same package is judged like any other.
      await packages.put(files);
      expect(await put(best.package)).toMatchObject({ promoted: true });
      expect((await history('shots', platform)).periods).toMatchObject([{ package: best.package }]);
    } finally {
      await world.close();
    }
  }, 120_000);
});
