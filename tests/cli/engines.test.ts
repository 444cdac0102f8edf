import { describe, expect, it } from 'vitest';
import { estimatorsOf } from '../../pipelines/run.ts';
import { shots } from '../../pipelines/shots.ts';
import { ENGINES } from '../../training/engines/catalog.ts';
import { makeFolder } from '../conformance/tools.ts';
import { documentOf, touchline } from './touchline.ts';

describe('engines that are not installed', () => {
  it('are listed with the command that installs them', async () => {
    const ended = await touchline(['engines', '--json', '--data', makeFolder()]);
    expect(ended.status, ended.stderr).toBe(0);
    expect(documentOf(ended).engines).toEqual(
      ENGINES.entries.map(({ name, title, version, purpose }) => ({
        ...{ name, title, version, purpose, installed: false },
        problem: expect.stringContaining(`touchline engines install ${name}`),
      })),
    );
  });

  it('make a run that names them fail before it reads any data', async () => {
    const args = ['run', 'biomechanics', '--from', '/nowhere', '--estimators', 'linear,lightgbm'];
    const { status, stdout, stderr } = await touchline([...args, '--data', makeFolder()]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/UNAVAILABLE: LightGBM is not installed.*`touchline engines install lightgbm`/);
  });

  it('are left out of the estimators of a product', () => {
    expect(Object.keys(shots.training.estimators)).toEqual(expect.arrayContaining(['xgboost', 'lightgbm']));
    for (const folder of [undefined, makeFolder()])
      expect(estimatorsOf(shots, undefined, folder)).toEqual([
        ...['linear', 'boosting', 'forest', 'neural', 'ensemble'],
      ]);
  });

  it.each([
    [['install'], 2, /missing required argument 'name'/],
    [['install', 'catboost'], 2, /no engine 'catboost': use one of xgboost, lightgbm/],
    [['install', 'xgboost', '--from', '/nowhere.whl'], 2, /NOT_FOUND: .*pass the path of xgboost/],
  ])('engines %j exits with status %i', async (args, status, said) => {
    const ended = await touchline(['engines', ...args, '--data', makeFolder()]);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(said);
  });

  it('name the setting of the package index if it is unreachable', async () => {
    const env = { TOUCHLINE_ENGINE_INDEX: 'http://ann:secret@127.0.0.1:1/simple' };
    const { status, stderr } = await touchline(['engines', 'install', 'xgboost', '--data', makeFolder()], {
      env,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/UNAVAILABLE: .*127\.0\.0\.1:1 could not be reached.*TOUCHLINE_ENGINE_INDEX/);
    expect(stderr).not.toContain('secret');
  });
});
