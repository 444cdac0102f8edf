import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENGINES } from '../../training/engines/catalog.ts';
import { buildOf } from '../../training/engines/engine.ts';
import { folderOf, locate, openLibrary } from '../../training/engines/library.ts';
import { declarer } from '../../training/engines/native.ts';
import { type FitContext, noLog, type TrainingLog } from '../../training/estimator.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import { bytesOf, estimatorConformance } from '../conformance/estimator.ts';
import { makeFolder } from '../conformance/tools.ts';
import { smallMatrix } from '../training/fixtures.ts';
import { realEngines } from './real-engines.ts';

const NAMES = ENGINES.names;
const engines = await realEngines();

const context = (extra: Partial<FitContext> = {}): FitContext => ({
  ...{ task: 'regression', seed: 3, log: noLog, threads: 1, engines },
  ...extra,
});

/** A folder of engines in which one library is a modified copy. */
function damaged(name: string, change: (path: string) => void): string {
  const folder = makeFolder();
  const place = folderOf(folder, ENGINES.named(name));
  cpSync(folderOf(engines!, ENGINES.named(name)), place, { recursive: true });
  change(join(place, buildOf(ENGINES.named(name)).library));
  return folder;
}

const small = smallMatrix(300, { task: 'regression', seed: 1 });

describe.skipIf(!engines)('engines (skipped without a package index)', () => {
  for (const estimator of ESTIMATORS.entries)
    if (estimator.unavailable) estimatorConformance(estimator, { params: { trees: 60, rate: 0.2 }, engines });

  describe.each(NAMES)('%s', (name) => {
    const estimator = ESTIMATORS.named(name);

    it('gives the same bytes on one thread and on two', async () => {
      const train = smallMatrix(24_000, { task: 'binary', seed: 1, missing: 0.05 });
      const validation = smallMatrix(500, { task: 'binary', seed: 2 });
      const fitted = (threads: number) =>
        estimator.fit(train, validation, { trees: 8 }, context({ task: 'binary', threads }));
      expect(bytesOf(await fitted(2))).toBe(bytesOf(await fitted(1)));
    });

    it('stops early, keeps the best round and reports every round', async () => {
      const validation = smallMatrix(200, { task: 'regression', seed: 2 });
      const curve: number[] = [];
      const stages = new Set<string>();
      const log: TrainingLog = {
        metric: (metric, value, step) => {
          if (metric === 'validation_rmse') curve[step - 1] = value;
        },
        progress: ({ stage }) => stages.add(stage),
      };
      const { members, notes } = await estimator.fit(
        small,
        validation,
        { earlyStopping: 20 },
        context({ log }),
      );
      const best = curve.indexOf(Math.min(...curve)) + 1;
      expect(notes).toMatchObject({
        engine: `${ENGINES.named(name).title} ${ENGINES.named(name).version}`,
        ...{ trees: best, rounds: best + 20, validationLoss: curve[best - 1] },
      });
      expect(curve).toHaveLength(best + 20);
      expect(members[0]).toMatchObject({ kind: 'trees', trees: { length: best } });
      expect([...stages]).toEqual([name]);
    });

    it('grows all rounds without a validation set', async () => {
      const { notes } = await estimator.fit(small, smallMatrix(0), { trees: 70 }, context());
      expect(notes).toMatchObject({ trees: 70, rounds: 70 });
    });

    it('predicts a constant where there is nothing to split', async () => {
      const flat = { ...small, target: small.target.map(() => 5) };
      const { members } = await estimator.fit(flat, flat, { trees: 5 }, context());
      const { trees, base } = members[0] as Extract<(typeof members)[0], { kind: 'trees' }>;
      const sum = trees.reduce((total, tree) => total + tree.value[0], base);
      expect(sum).toBeCloseTo(5, 5);
    });

    it('does not block the event loop, stops between rounds when aborted, and frees its memory', async () => {
      const many = smallMatrix(40_000, { task: 'regression', seed: 1 });
      const reason = new Error('enough');
      const once = async () => {
        const abort = new AbortController();
        let turns = 0;
        const turn = setInterval(() => turns++, 1);
        const log: TrainingLog = { ...noLog, metric: () => abort.abort(reason) };
        const fit = estimator.fit(many, small, { trees: 100_000 }, context({ log, signal: abort.signal }));
        await expect(fit).rejects.toBe(reason);
        clearInterval(turn);
        expect(turns).toBeGreaterThan(3);
        return process.memoryUsage().rss / 2 ** 20;
      };
      for (let warm = 0; warm < 3; warm++) await once();
      const before = await once();
      let after = before;
      for (let again = 0; again < 12; again++) after = await once();
      // One data set of these rows takes about 5 MiB inside a library.
      expect(after - before).toBeLessThan(40);
    });

    it('says what to install if it is missing', async () => {
      for (const folder of [undefined, makeFolder()])
        await expect(estimator.fit(small, small, {}, context({ engines: folder }))).rejects.toMatchObject({
          code: 'UNAVAILABLE',
          message: expect.stringContaining(`touchline engines install ${name}`),
        });
    });

    it('names an unknown parameter', async () => {
      await expect(estimator.fit(small, small, { n_estimators: 5 }, context())).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringMatching(/n_estimators.*minChildWeight/),
      });
    });

    it('treats a truncated library as missing', async () => {
      const folder = damaged(name, (path) => truncateSync(path, 100_000));
      await expect(estimator.fit(small, small, {}, context({ engines: folder }))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(`touchline engines install ${name}`),
      });
    });
  });

  it('names a missing system library', async () => {
    const folder = damaged('lightgbm', (path) => {
      const bytes = readFileSync(path);
      bytes.write('libgomp.so.9', bytes.indexOf('libgomp.so.1\0'));
      writeFileSync(path, bytes);
    });
    await expect(
      ESTIMATORS.named('lightgbm').fit(small, small, {}, context({ engines: folder })),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/LightGBM needs libgomp\.so\.9.*apt-get install libgomp1/),
      details: { engine: 'lightgbm', library: 'libgomp.so.9' },
    });
  });

  it('passes on the error message of a library', async () => {
    const library = await openLibrary(locate(engines, ENGINES.named('xgboost'))!, ENGINES.named('xgboost'));
    const create = declarer(
      library,
      'XGBoost',
      'XGBGetLastError',
    )<[data: string, config: string, out: unknown]>(
      'int XGDMatrixCreateFromDense(const char *data, const char *config, _Out_ void **out)',
    );
    expect(() => create('no array', '{}', [null])).toThrowError(/^XGBoost failed: .+$/);
  });
});
