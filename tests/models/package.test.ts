import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../models/package/build.ts';
import { loadPackage } from '../../models/package/load.ts';
import type { LoadedModel, PackageFiles } from '../../models/package/package.ts';
import { predictFully } from '../../models/predict.ts';
import { contentsOf, randomDefinition, randomRows } from './random-definition.ts';

const model = randomDefinition(3);

describe('a package', () => {
  let files: PackageFiles;
  let hash: string;
  const open: LoadedModel[] = [];
  const load = async (options = {}) => {
    const loaded = await loadPackage(files, options);
    open.push(loaded);
    return loaded;
  };
  beforeAll(async () => {
    ({ files, hash } = await buildPackage(contentsOf(model)));
  });
  afterAll(() => Promise.all(open.map((loaded) => loaded.close())));

  it('has the same hash when it is built again', async () => {
    expect((await buildPackage(contentsOf(model))).hash).toBe(hash);
  });

  it('predicts and explains until it is closed', async () => {
    const loaded = await load({ hash });
    expect(loaded.hash).toBe(hash);
    const values = randomRows(11, 20);
    const expected = predictFully(model, values);
    const predicted = await loaded.predict(values);
    predicted.value.forEach((value, row) => {
      expect(value).toBeCloseTo(expected.value[row], 5);
    });
    expect(predicted.members).toHaveLength(20);
    const { base, values: shap, raw } = await loaded.explain(values.slice(0, 6));
    expect(base + shap.reduce((a, b) => a + b, 0)).toBeCloseTo(raw, 5);
    expect((await loaded.predict(new Float32Array())).value).toHaveLength(0);
    await expect(loaded.predict(new Float32Array(7))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await loaded.close();
    await loaded.close();
    await expect(loaded.predict(values)).rejects.toMatchObject({ code: 'MODEL_ERROR' });
  });

  it('finishes running predictions before it closes', async () => {
    const loaded = await load();
    const values = randomRows(12, 2000);
    const open = Promise.all([loaded.predict(values), loaded.predict(values.slice(0, 6))]);
    const closed = loaded.close();
    const [many, one] = await open;
    expect(many.value).toHaveLength(2000);
    expect(many.value[0]).toBe(one.value[0]);
    expect(many.low).toHaveLength(2000);
    await closed;
  });

  it('rejects infinite values', async () => {
    const values = randomRows(1, 1).fill(Number.POSITIVE_INFINITY, 2, 3);
    await expect((await load()).predict(values)).rejects.toThrowError(/column 2 is infinite/);
  });

  it('is rejected under another hash', async () => {
    await expect(load({ hash: '0'.repeat(64) })).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });
});
