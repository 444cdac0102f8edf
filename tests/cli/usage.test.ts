import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands/catalog.ts';
import { makeFolder, temporaryFolder } from '../conformance/tools.ts';
import { builtTouchline, type CommandOptions, documentOf, touchline } from './touchline.ts';

beforeAll(async () => {
  await builtTouchline();
}, 120_000);

let empty: string;
beforeAll(() => {
  empty = makeFolder();
});

/** Runs a command that must fail with a message on stderr, with --json also as the only document on stdout. */
async function refused(args: string[], status: number, said: RegExp, options?: CommandOptions) {
  const ended = await touchline(args, options);
  if (args.includes('--json')) {
    const { error } = documentOf(ended);
    expect(error).toEqual({
      ...{ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) },
      details: expect.any(Object),
    });
    expect(ended.stderr).toContain(error.message);
  } else expect(ended.stdout).toBe('');
  expect(ended.stderr).toMatch(said);
  expect(ended.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(ended.status).toBe(status);
}

describe.concurrent('the command line', () => {
  it('is the same from sources and compiled', async () => {
    const root = join(import.meta.dirname, '../..');
    const version = execFileSync(process.execPath, [join(root, 'bin/touchline'), '--version'], {
      encoding: 'utf8',
    });
    expect(version).toBe((await touchline(['--version'])).stdout);
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('prints its help to stdout with status 0', async () => {
    const { status, stdout } = await touchline(['--help']);
    expect(status).toBe(0);
    for (const { name, summary } of COMMANDS.entries)
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${summary}$`, 'm'));
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['etll', 'shots'], /unknown command 'etll'/],
    [
      'an unknown option',
      ['etl', 'shots', '--from', 'x', '--limt', '5'],
      /unknown option '--limt'.*--limit/s,
    ],
    ['a missing argument', ['etl', '--from', 'x'], /missing required argument 'product'/],
    ['a missing option', ['etl', 'shots'], /required option '--from/],
    ['a limit of 0', ['etl', 'shots', '--from', 'x', '--limit', '0'], /whole number from 1/],
    ['a seed that is not a number', ['train', 'shots', '--seed', 'one'], /whole number from 0/],
    ['an extra argument', ['snapshot', 'shots', 'now'], /too many arguments/],
  ])('rejects %s as bad usage', async (_, args, said) => {
    await refused(args, 2, said);
    await refused([...args, '--json'], 2, said);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown product', ['snapshot', 'shot'], /There is no product 'shot': use one of .*shots/],
    [
      'a product name from the object prototype',
      ['snapshot', 'constructor'],
      /There is no product 'constructor'/,
    ],
    ['a missing file', ['etl', 'shots', '--from', 'nowhere/at-all.csv'], /nowhere\/at-all\.csv/],
    [
      'an unknown estimator',
      ['train', 'shots', '--estimators', 'oracle'],
      /oracle.*linear|no snapshot|rows/is,
    ],
    ['an unknown snapshot', ['train', 'shots', '--snapshot', 'shots-none'], /shots-none/],
    ['no data', ['snapshot', 'shots'], /rows/],
    ['no champion', ['predict', 'shots', '--input', 'package.json'], /player|distance|champion/],
    ['no champion to show', ['champion', 'shots'], /no champion/],
    [
      'an unknown action',
      ['champion', 'shots', 'crown'],
      /Allowed choices are show, history, at, promote, rollback/,
    ],
    ['no version', ['champion', 'shots', 'promote'], /is not a version: give its number/],
    ['an unknown version', ['champion', 'shots', 'promote', '7'], /no version 7/],
    ['a rollback without an earlier champion', ['champion', 'shots', 'rollback'], /no earlier champion/],
    ['an invalid time', ['champion', 'shots', 'at', 'noon'], /'noon' is not a time: write it like/],
    ['an unknown role', ['keys', 'create', '--role', 'king'], /Allowed choices are viewer/],
    ['an unknown key', ['keys', 'revoke', 'nobody'], /nobody/],
    ['an unknown kind of job', ['worker', '--queues', 'etl,etll'], /'etll'.*etl, snapshot/],
  ])('rejects %s with status 2 and says what to do', (_, args, said) =>
    refused([...args, '--json', '--data', join(empty, 'state')], 2, said),
  );

  it('rejects a file that is not a backup and writes nothing', async () => {
    const data = join(empty, 'restored');
    await refused(['restore', 'package.json', '--data', data], 2, /package\.json/);
    expect(existsSync(data) ? readdirSync(data) : []).toEqual([]);
  });

  it('rejects a data folder that cannot be created', () =>
    refused(['doctor', '--data', '/proc/touchline'], 2, /data = \/proc\/touchline.*--data/));

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a port',
      { TOUCHLINE_PORT: 'abc' },
      /port = abc \(environment variable TOUCHLINE_PORT\): must be a whole number/,
    ],
    ['a misspelt variable', { TOUCHLINE_PROT: '80' }, /TOUCHLINE_PROT.*did you mean TOUCHLINE_PORT/],
    ['a store', { TOUCHLINE_STORE: 'mysql://somewhere' }, /store = mysql/],
    ['a device', { TOUCHLINE_DEVICE: 'tpu' }, /device = tpu.*must be auto, cpu or cuda/],
    ['a level', { TOUCHLINE_LOG_LEVEL: 'loud' }, /logLevel = loud.*must be one of/],
  ])('names the setting that is wrong: %s', (_, env, said) =>
    refused(['doctor', '--data', join(empty, 'state')], 2, said, { env }),
  );

  it('reads a setting from a secret file and never prints it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'store'), `sqlite:${join(folder, 'pear.db')}\n`);
    const env = { TOUCHLINE_STORE_FILE: join(folder, 'store') };
    const { status, stdout, stderr } = await touchline(['doctor', '--json', '--data', folder], { env });
    expect(status, stderr).toBe(0);
    expect(existsSync(join(folder, 'pear.db'))).toBe(true);
    expect(stdout).toContain('sqlite answers (environment variable TOUCHLINE_STORE_FILE)');
    expect(stdout + stderr).not.toContain('pear.db');
  });

  it('prefers flags to the environment and the environment to .env', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, '.env'), 'TOUCHLINE_DATA=from-dotenv\n');
    const made = async (args: string[], env: Record<string, string>) => {
      expect(await touchline(['keys', '--json', ...args], { cwd, env })).toMatchObject({ status: 0 });
      return readdirSync(cwd)
        .filter((name) => name.startsWith('from-'))
        .sort();
    };
    expect(await made([], {})).toEqual(['from-dotenv']);
    expect(await made([], { TOUCHLINE_DATA: 'from-env' })).toEqual(['from-dotenv', 'from-env']);
    expect(await made(['--data', 'from-flag'], { TOUCHLINE_DATA: 'from-env' })).toEqual([
      'from-dotenv',
      'from-env',
      'from-flag',
    ]);
    expect(existsSync(join(cwd, '.touchline'))).toBe(false);
  });
});
