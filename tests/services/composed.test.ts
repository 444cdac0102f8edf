import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { openMlflowTracking } from '../../platform/tracking/mlflow/tracking.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { freePort, hasProgram, servicePython } from './real.ts';

// Services as docker-compose.yml starts them: the same commands and scripts, in a folder instead of a container.
const ROOT = join(import.meta.dirname, '../..');
const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true });
const ends: (() => unknown)[] = [];
afterAll(() => {
  for (const end of ends) end();
});

function start(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      log += text;
    });
  ends.push(() => child.exitCode === null && process.kill(-(child.pid as number), 'SIGKILL'));
  return { child, log: () => log };
}

describe.skipIf(!hasProgram('redis-server'))('the composed Redis (needs redis-server)', () => {
  it('requires its password, never evicts keys and appends to disk', async () => {
    const folder = makeFolder();
    for (const name of ['secrets', 'tmp', 'data']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'secrets/redis_password'), 'f00d'.repeat(12));
    const port = await freePort();
    const local = (text: string) =>
      text
        .replaceAll('$$', '$')
        .replace(/\/run\/secrets|\/tmp\b|\/data\b/g, (path) => join(folder, path.split('/').at(-1) as string))
        .replace('--dir', `--port ${port} --dir`)
        .replaceAll('redis-cli', `redis-cli -p ${port}`);
    const [shell, flag, script] = services.redis.command;
    const { child } = start(shell, [flag, local(script)]);
    const health = () => spawnSync('sh', ['-c', local(services.redis.healthcheck.test[1])]).status;
    await eventually(() => health() === 0, 20_000);
    const password = readFileSync(join(folder, 'secrets/redis_password'), 'utf8');
    const client = new Redis({ port, password });
    ends.push(() => client.disconnect());
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    await expect(new Redis({ port, lazyConnect: true, retryStrategy: null }).get('x')).rejects.toThrow(
      /NOAUTH/,
    );
    // The password must not be visible in the list of processes.
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(password);
  });
});

const python = servicePython();
const canAuth = python !== undefined && spawnSync(python, ['-c', 'import flask_wtf, mlflow']).status === 0;

describe.skipIf(!canAuth)(`the composed MLflow${canAuth ? '' : ' (needs mlflow[auth])'}`, () => {
  it('requires its password, accepts only its own host name, and stores our runs', {
    timeout: 180_000,
  }, async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'data'));
    execFileSync('cp', [join(ROOT, 'deploy/prepare.sh'), folder]);
    mkdirSync(join(folder, 'deploy'));
    execFileSync('mv', [join(folder, 'prepare.sh'), join(folder, 'deploy')]);
    execFileSync(join(folder, 'deploy/prepare.sh'));
    const secrets = join(folder, 'deploy/secrets');
    // SQLite replaces PostgreSQL.
    writeFileSync(join(secrets, 'mlflow_database'), `sqlite:///${folder}/mlflow.db`);
    const port = await freePort();
    const { child, log } = start('sh', [join(ROOT, 'deploy/mlflow/start.sh'), String(port)], {
      ...{ PATH: `${dirname(python as string)}:${process.env.PATH}`, SECRETS: secrets },
      ...{ MLFLOW_DATA: join(folder, 'data'), MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    });
    const ask = (headers: Record<string, string> = {}) =>
      spawnSync('curl', [
        ...['-s', '-o', '/dev/null', '-w', '%{http_code}', '-d', '{"max_results":1}'],
        ...Object.entries({ 'content-type': 'application/json', ...headers }).flatMap(([name, value]) => [
          '-H',
          `${name}: ${value}`,
        ]),
        `http://127.0.0.1:${port}/api/2.0/mlflow/experiments/search`,
      ]).stdout.toString();
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(log());
      return spawnSync('curl', ['-fs', `http://127.0.0.1:${port}/health`]).status === 0;
    }, 150_000);
    const password = readFileSync(join(secrets, 'mlflow_password'), 'utf8');
    const basic = (secret: string) => `Basic ${Buffer.from(`touchline:${secret}`).toString('base64')}`;
    expect(ask()).toBe('401');
    expect(ask({ authorization: basic('password1234') })).toBe('401');
    expect(ask({ authorization: basic(password), host: 'mlflow:5000' })).toBe('200');
    expect(ask({ authorization: basic(password), host: 'elsewhere.example' })).toBe('403');
    const store = openSqliteStore({ path: ':memory:' });
    const url = `http://touchline:${password}@127.0.0.1:${port}`;
    const tracking = openMlflowTracking({ url, store });
    const run = await tracking.startRun({ experiment: 'composed', name: 'linear' });
    await tracking.putArtifact(run.id, 'note.txt', Buffer.from('kept'));
    expect(Buffer.from(await tracking.getArtifact(run.id, 'note.txt')).toString()).toBe('kept');
    await tracking.close();
  });
});
