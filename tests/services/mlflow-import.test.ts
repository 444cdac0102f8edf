import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Matrix } from '../../datasets/matrix.ts';
import { readTraining } from '../../datasets/snapshots/read-training.ts';
import { latestSnapshot } from '../../datasets/snapshots/stored-snapshots.ts';
import { productCatalog } from '../../pipelines/catalog.ts';
import { resolveModel } from '../../pipelines/resolve-model.ts';
import { etlStep } from '../../pipelines/steps/etl.ts';
import { importStep } from '../../pipelines/steps/import.ts';
import { snapshotStep } from '../../pipelines/steps/snapshot.ts';
import { configSchema } from '../../platform/config.ts';
import { createLog } from '../../platform/log.ts';
import { openPlatform, type Platform } from '../../platform/open.ts';
import { noProgress } from '../../platform/progress.ts';
import { createMlflowClient } from '../../platform/tracking/mlflow/client/client.ts';
import { fewShots, writeClips, writeLines } from '../cli/data.ts';
import { documentOf, touchline } from '../cli/touchline.ts';
import { type OwnService, servicePython, serviceUrl, startService } from './real.ts';

const PRODUCTS = productCatalog();

const python = servicePython();
const context = { progress: noProgress };
type Registered = Record<string, { version: number; predicted: number[] }>;

describe.skipIf(!serviceUrl('mlflow') || !python)(
  'models from another program (skipped unless MLflow runs and there is a Python with mlflow)',
  () => {
    let folder: string;
    let mlflow: OwnService;
    let platform: Platform;
    let registered: Registered;
    const rows: Record<string, Matrix> = {};
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'touchline-foreign-'));
      mlflow = await startService('mlflow');
      const config = configSchema.parse({ data: join(folder, 'state'), tracking: mlflow.url });
      platform = openPlatform(config, createLog({ level: 'silent' }));
      const from = {
        biomechanics: writeClips(join(folder, 'clips')),
        shots: writeLines(join(folder, 'shots'), 'shots.jsonl', fewShots(20)),
      };
      const given: Record<string, unknown> = {};
      for (const product of ['biomechanics', 'shots'] as const) {
        const declaration = PRODUCTS.named(product);
        await etlStep(declaration, { from: from[product] }, { platform, maxFileBytes: 2 ** 30 }, context);
        await snapshotStep(declaration, { platform });
        const plain = { ...declaration.features, fitted: undefined };
        const snapshot = (await latestSnapshot(product, platform))!;
        const { train } = await readTraining(snapshot, plain, { ...platform, seed: 1 });
        rows[product] = train;
        const width = train.columns.length;
        given[product] = {
          columns: train.columns.map(({ name }) => name),
          x: train.rows.map((_, i) =>
            Array.from(train.values.subarray(i * width, (i + 1) * width), (x) => (Number.isNaN(x) ? 0 : x)),
          ),
          y: [...train.target],
        };
      }
      const path = join(folder, 'rows.json');
      writeFileSync(path, JSON.stringify(given));
      const script = join(import.meta.dirname, 'register-foreign.py');
      const { stdout } = await promisify(execFile)(python!, [script, mlflow.url, path], {
        maxBuffer: 2 ** 26,
      });
      registered = JSON.parse(stdout.trim().split('\n').at(-1)!);
    }, 180_000);
    afterAll(async () => {
      await platform?.close();
      await mlflow?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Largest difference between what the version predicts here and in Python. */
    async function difference(product: string, name: string): Promise<number> {
      const { version, predicted } = registered[name];
      const { model } = await resolveModel(product, String(version), platform);
      const { columns, values } = rows[product];
      const wanted = model.signature.input.columns;
      const places = wanted.map((column) => columns.findIndex((one) => one.name === column.name));
      const table = Float32Array.from(
        predicted.flatMap((_, row) => {
          return places.map((place) => values[row * columns.length + place] || 0);
        }),
      );
      const { value } = await model.predict(table);
      const [low, high] = model.signature.scale ?? [0, 1];
      await model.close();
      return Math.max(
        ...predicted.map((one, row) => Math.abs(Math.min(high, Math.max(low, one)) - value[row])),
      );
    }

    it.each([
      ['boosting', 'biomechanics', 'trees'],
      ['logistic', 'shots', 'linear'],
      ['forest', 'shots', 'trees'],
      ['network', 'shots', 'network'],
    ] as const)(
      'imports %s of %s as %s, which predicts what Python predicts',
      async (name, product, kind) => {
        const { version } = registered[name];
        const before = await platform.tracking.getVersion(product, version);
        expect(before?.package).toBe('');
        await expect(resolveModel(product, String(version), platform)).rejects.toMatchObject({
          code: 'PACKAGE_INVALID',
          message: expect.stringContaining('promote'),
        });
        const imported = await importStep(PRODUCTS.named(product), version, { platform }, context);
        expect(await platform.tracking.getVersion(product, version)).toMatchObject({
          package: imported.package,
          run: imported.run,
        });
        const { model } = await resolveModel(product, String(version), platform);
        expect(model.definition.members).toMatchObject([{ kind }]);
        const row = rows[product].values.slice(0, rows[product].columns.length);
        const { values } = await model.explain(row.slice(0, model.definition.columns.length));
        expect(values.every(Number.isFinite)).toBe(true);
        await model.close();
        expect(await difference(product, name)).toBeLessThan(1e-4);
      },
    );

    it('promotes one through the gate by a command, and then predicts what Python predicts', async () => {
      const { version } = registered.ridge;
      const args = ['champion', 'biomechanics', 'promote', String(version), '--json'];
      const env = { TOUCHLINE_DATA: join(folder, 'state'), TOUCHLINE_TRACKING: mlflow.url };
      const ended = await touchline(args, { env });
      expect(ended.status, ended.stderr).toBe(0);
      expect(documentOf(ended)).toMatchObject({
        version,
        by: 'cli',
        evidence: { notes: [expect.stringMatching(/trained by another program/)] },
        reasons: expect.arrayContaining([expect.stringMatching(/\(imported\) against rules/)]),
      });
      const { registry } = createMlflowClient({ url: mlflow.url });
      expect(await registry.alias('biomechanics', 'champion')).toBe(version);
      const { model } = await resolveModel('biomechanics', 'champion', platform);
      expect(model.signature.estimator).toBe('imported');
      await model.close();
      expect(await difference('biomechanics', 'ridge')).toBeLessThan(1e-4);
    });

    it.each([
      ['tanh', 'INVALID_FORMAT', /operator Tanh is not supported/],
      ['strange', 'INVALID_INPUT', /has no feature named made_up/],
    ] as const)('rejects %s with the reason', async (name, code, message) => {
      const error = await importStep(
        PRODUCTS.named('biomechanics'),
        registered[name].version,
        { platform },
        context,
      ).catch((thrown) => thrown);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect((await platform.tracking.getVersion('biomechanics', registered[name].version))?.package).toBe(
        '',
      );
    });
  },
);
