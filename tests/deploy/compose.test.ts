import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS, variableOf } from '../../platform/config.ts';
import { loadConfig } from '../../platform/load-config.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { createKey } from '../../serving/auth/keys.ts';
import { temporaryFolder } from '../conformance/tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

interface Service {
  image: string;
  build?: string | { context: string; dockerfile: string };
  restart: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  privileged?: boolean;
  profiles?: string[];
  network_mode?: string;
  command?: string[];
  entrypoint?: string[];
  ports?: string[];
  volumes?: string[];
  secrets?: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test: string[]; interval: string; timeout: string };
  depends_on?: Record<string, { condition: string }>;
  deploy: {
    resources: {
      limits: { cpus: string; memory: string };
      reservations?: { devices: { capabilities: string[] }[] };
    };
  };
}
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
/** Services that run once or on demand. */
const once = ['mongodb-init', 'keys', 'touchline'];
const long = services.filter(([name]) => !once.includes(name));

describe('docker-compose.yml', () => {
  it('has the documented services', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      [
        ...['api', 'api-gpu', 'worker', 'worker-gpu', 'touchline', 'keys', 'portal'],
        ...['mongodb', 'mongodb-init', 'redis', 'mlflow', 'mlflow-database'],
        ...['prometheus', 'alertmanager', 'grafana', 'node-exporter', 'dcgm-exporter'],
      ].sort(),
    );
  });

  it.each(long)('%s has a health check and limits, and restarts', (_, service) => {
    expect(service.healthcheck).toMatchObject({
      test: expect.arrayContaining([expect.stringMatching(/^CMD/)]),
      interval: expect.stringMatching(/^\d+s$/),
      timeout: expect.stringMatching(/^\d+s$/),
    });
    expect(service.restart).toBe('unless-stopped');
  });

  it.each(services)('%s has few rights, a read-only file system and a pinned image', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      deploy: {
        resources: { limits: { cpus: expect.any(String), memory: expect.stringMatching(/^\d+[MG]$/) } },
      },
    });
    expect(service.privileged).toBeUndefined();
    expect(service.network_mode).toBeUndefined();
    expect(service.image).toMatch(/:v?\d+\.\d+/);
  });

  it('tags its images with the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const [name, { image, build }] of services)
      if (typeof build === 'object') expect(image, name).toMatch(new RegExp(`^touchline:${version}(-gpu)?$`));
  });

  it('publishes only the API beyond loopback', () => {
    const open = services.flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name} ${port}`),
    );
    expect(open).toEqual(['api 8080:8080', 'api-gpu 8081:8080']);
  });

  it('passes secrets as files only', () => {
    const literal = /pass|secret|token|_key$|webhook/i;
    for (const [name, { environment = {}, secrets = [], ...rest }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (literal.test(variable) || String(value).includes('/run/secrets/'))
          expect(String(value), `${name} ${variable}`).toMatch(/^\/run\/secrets\/\w+$/);
        expect(String(value), `${name} ${variable}`).not.toMatch(/:\/\/[^/]*:[^/]*@/);
      }
      // Every secret that is read is also mounted.
      const { healthcheck, command, entrypoint } = rest;
      const read = JSON.stringify([environment, healthcheck, command, entrypoint]).matchAll(
        /\/run\/secrets\/(\w+)/g,
      );
      for (const [, secret] of read) expect(secrets, name).toContain(secret);
      for (const secret of secrets) expect(compose.secrets, name).toHaveProperty(secret);
    }
    expect(text).not.toMatch(/hooks\.slack\.com\/services/);
    const used = new Set(services.flatMap(([, { secrets = [] }]) => secrets));
    expect(Object.keys(compose.secrets).sort()).toEqual([...used].sort());
  });

  it('mounts the secrets that the files of Prometheus and Alertmanager name', () => {
    for (const name of ['prometheus', 'alertmanager']) {
      const files = readFileSync(join(ROOT, `monitoring/${name}/${name}.yml`), 'utf8');
      const named = [...files.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret]) => secret);
      expect(named.length).toBeGreaterThan(0);
      expect(compose.services[name].secrets).toEqual(expect.arrayContaining(named));
    }
  });

  it('mounts files and folders that exist, and volumes that are declared', () => {
    const prepared = ['./incoming', './products'];
    const volumes = new Set<string>();
    for (const [name, service] of services) {
      for (const mount of service.volumes ?? []) {
        const [from] = mount.split(':');
        if (!/^[./]/.test(from)) volumes.add(from);
        else if (!prepared.includes(from)) expect(existsSync(join(ROOT, from)), `${name} ${from}`).toBe(true);
        // Only volumes are writable.
        if (/^[./]/.test(from)) expect(mount, name).toMatch(/:ro(,rslave)?$/);
      }
      const { build } = service;
      const dockerfile = typeof build === 'object' ? build.dockerfile : build && `${build}/Dockerfile`;
      if (dockerfile) expect(existsSync(join(ROOT, dockerfile)), name).toBe(true);
    }
    expect(Object.keys(compose.volumes).sort()).toEqual([...volumes].sort());
  });

  it('sets existing settings only', () => {
    const known = new Set(
      SETTINGS.flatMap((setting) => [variableOf(setting), `${variableOf(setting)}_FILE`]),
    );
    for (const [name, { environment = {} }] of services)
      for (const variable of Object.keys(environment))
        if (variable.startsWith('TOUCHLINE_')) expect(known.has(variable), `${name} ${variable}`).toBe(true);
  });

  it('starts data services before the steps, and the steps before their dependents', () => {
    const waits = (name: string) => compose.services[name].depends_on ?? {};
    expect(waits('mongodb-init')).toEqual({ mongodb: { condition: 'service_healthy' } });
    expect(waits('keys')).toEqual({ 'mongodb-init': { condition: 'service_completed_successfully' } });
    for (const name of ['api', 'worker', 'api-gpu', 'worker-gpu', 'touchline'])
      expect(waits(name)).toEqual({
        keys: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
        mlflow: { condition: 'service_healthy' },
      });
    expect(waits('mlflow')).toEqual({ 'mlflow-database': { condition: 'service_healthy' } });
  });

  it('runs Redis persistent and without eviction, and MongoDB as a replica set with a key file', () => {
    const redis = compose.services.redis.command?.join(' ');
    expect(redis).toMatch(/requirepass .*--appendonly yes .*--maxmemory-policy noeviction/s);
    expect(compose.services.mongodb.entrypoint?.join(' ')).toMatch(/--replSet rs0 --keyFile/);
    expect(readFileSync(join(ROOT, 'deploy/mongodb/init.js'), 'utf8')).toContain("_id: 'rs0'");
  });

  it('reserves a GPU only in its profile', () => {
    const gpu = services.filter(([, { deploy }]) => deploy.resources.reservations !== undefined);
    expect(gpu.map(([name]) => name).sort()).toEqual(['api-gpu', 'dcgm-exporter', 'worker-gpu']);
    for (const [name, { profiles }] of services)
      expect(profiles?.includes('gpu') ?? false, name).toBe(gpu.some(([one]) => one === name));
  });
});

describe('deploy/prepare.sh', () => {
  function prepared() {
    const root = temporaryFolder();
    mkdirSync(join(root, 'deploy'));
    copyFileSync(join(ROOT, 'deploy/prepare.sh'), join(root, 'deploy/prepare.sh'));
    const run = () => execFileSync(join(root, 'deploy/prepare.sh'), { encoding: 'utf8' });
    const said = run();
    const folder = join(root, 'deploy/secrets');
    const secret = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { root, folder, run, said, secret };
  }

  it('creates every mounted secret with a random value, in a folder for the owner only', () => {
    const { root, folder, secret } = prepared();
    const other = prepared();
    expect(Object.values(compose.secrets).map(({ file }) => file.replace('deploy/secrets/', ''))).toEqual(
      readdirSync(folder).sort(),
    );
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(existsSync(join(root, 'incoming'))).toBe(true);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o644);
      if (['slack_webhook_url', 'touchline_notify'].includes(name)) continue;
      expect(secret(name).length, name).toBeGreaterThan(40);
      expect(secret(name), name).not.toBe(other.secret(name));
    }
    expect(secret('mongodb_keyfile')).toMatch(/^[A-Za-z0-9+/=\n]{6,1024}$/);
  });

  it('keeps existing secrets and rewrites the addresses', () => {
    const { folder, run, said, secret } = prepared();
    const before = readdirSync(folder).map(secret);
    expect(said).toMatch(/slack_webhook_url/);
    run();
    expect(readdirSync(folder).map(secret)).toEqual(before);
    writeFileSync(join(folder, 'slack_webhook_url'), 'https://hooks.slack.com/services/a/b/c\n');
    expect(run()).not.toMatch(/slack/i);
    expect(secret('touchline_notify')).toBe('https://hooks.slack.com/services/a/b/c');
    rmSync(join(folder, 'redis_password'));
    run();
    expect(secret('touchline_queue')).toBe(`redis://:${secret('redis_password')}@redis:6379`);
  });

  it.each(['api', 'worker', 'touchline'])('writes valid settings for %s', async (name) => {
    const { folder } = prepared();
    const env = Object.fromEntries(
      Object.entries(compose.services[name].environment ?? {}).map(([variable, value]) => [
        variable,
        String(value)
          .replace('/run/secrets', folder)
          .replace(/\$\{\w+:-(.*)\}/, '$1'),
      ]),
    );
    const { config, hidden } = await loadConfig({ env, cwd: folder });
    expect(config.store).toMatch(
      /^mongodb:\/\/touchline:[0-9a-f]{48}@mongodb:27017\/touchline\?replicaSet=rs0/,
    );
    expect(config.queue).toMatch(/^redis:/);
    expect(config.tracking).toMatch(/^http:\/\/touchline:[0-9a-f]{48}@mlflow:5000$/);
    expect(config.auth).toBe(true);
    for (const setting of ['store', 'blobs', 'queue', 'tracking', 'notify'] as const)
      expect(hidden.has(setting)).toBe(true);
  });

  it('writes valid API keys', async () => {
    const { secret } = prepared();
    const store = openSqliteStore({ path: ':memory:' });
    for (const [name, role] of [
      ['admin_key', 'admin'],
      ['prometheus_key', 'viewer'],
    ] as const)
      expect(await createKey(store, { role, owner: name, now: 0, key: secret(name) })).toMatchObject({
        role,
      });
  });
});
