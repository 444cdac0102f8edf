import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADAPTERS } from '../../platform/adapters.ts';
import { SETTINGS, variableOf } from '../../platform/config.ts';
import { loadConfig } from '../../platform/load-config.ts';
import { openPlatform } from '../../platform/open.ts';
import { configurationDocument } from '../../scripts/configuration-document.ts';
import { temporaryFolder } from '../conformance/tools.ts';

/** The end of a message that lists the schemes of a port. */
const schemesOf = (port: keyof typeof ADAPTERS) => {
  const names = ADAPTERS[port].names.map((name) => `'${name}:'`);
  return `use ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`.replaceAll('+', '\\+');
};

const load = (more: Partial<Parameters<typeof loadConfig>[0]> = {}) =>
  loadConfig({ env: {}, cwd: temporaryFolder(), ...more });

describe('configuration', () => {
  it('has a default for everything', async () => {
    const { config, sources } = await load({ env: { PATH: '/bin', HOME: '/root' } });
    expect(Object.keys(config).sort()).toEqual([...SETTINGS].sort());
    expect(config).toMatchObject({ data: '.touchline', store: 'sqlite:', host: '127.0.0.1', auth: true });
    expect(sources).toEqual({});
  });

  it('takes flags first, then the environment, .env and the configuration file', async () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, 'touchline.config.ts'),
      'const port: number = 1;\nexport default { port, host: "127.0.0.1", workers: 2, logLevel: "warn", jobRetentionDays: 5 };\n',
    );
    writeFileSync(
      join(cwd, '.env'),
      'TOUCHLINE_PORT=2\nTOUCHLINE_WORKERS=3\nTOUCHLINE_LOG_LEVEL="error" # quiet\nOTHER=x\n',
    );
    const { config, sources } = await load({
      cwd,
      env: {
        TOUCHLINE_PORT: '3',
        TOUCHLINE_WORKERS: '4',
        TOUCHLINE_HOST: '',
        TOUCHLINE_REQUIRE_SERVICES: '1',
      },
      flags: { port: '4', host: undefined },
    });
    expect(config).toMatchObject({ port: 4, workers: 4, logLevel: 'error', jobRetentionDays: 5 });
    expect(sources).toEqual({
      port: 'flag --port',
      workers: 'environment variable TOUCHLINE_WORKERS',
      logLevel: '.env variable TOUCHLINE_LOG_LEVEL',
      host: "touchline.config.ts, 'host'",
      jobRetentionDays: "touchline.config.ts, 'jobRetentionDays'",
    });
  });

  it.each([
    ['TOUCHLINE_MAX_ETL_FILE_BYTES', '10MiB', 'maxEtlFileBytes', 10 * 1024 ** 2],
    ['TOUCHLINE_MAX_ETL_FILE_BYTES', '2 GB', 'maxEtlFileBytes', 2e9],
    ['TOUCHLINE_MAX_ETL_FILE_BYTES', '512', 'maxEtlFileBytes', 512],
    ['TOUCHLINE_AUTH', 'off', 'auth', false],
    ['TOUCHLINE_AUTH', 'TRUE', 'auth', true],
    ['TOUCHLINE_THREADS', ' 3 ', 'threads', 3],
    ['TOUCHLINE_STORE', 'sqlite:/x/y.db', 'store', 'sqlite:/x/y.db'],
  ])('reads %s=%s', async (name, value, setting, expected) => {
    const { config } = await load({ env: { [name]: value } });
    expect(config[setting as keyof typeof config]).toBe(expected);
  });

  it.each([
    [
      { TOUCHLINE_PORT: 'abc' },
      /port = abc \(environment variable TOUCHLINE_PORT\): must be a whole number from 0 to 65535/,
    ],
    [{ TOUCHLINE_PORT: '70000' }, /port = 70000 .*65535/],
    [{ TOUCHLINE_AUTH: 'maybe' }, /auth = maybe .*must be on or off/],
    [{ TOUCHLINE_MAX_ETL_FILE_BYTES: '-1' }, /maxEtlFileBytes = -1 .*bytes/],
    [{ TOUCHLINE_LOG_LEVEL: 'loud' }, /logLevel = loud .*must be one of trace, debug/],
    [
      { TOUCHLINE_STORE: 'postgres://u:secret@h/db' },
      new RegExp(
        `store = postgres://\\[redacted\\]@h/db .*unknown scheme 'postgres:'; ${schemesOf('store')}`,
      ),
    ],
    [{ TOUCHLINE_QUEUE: 'amqp://h' }, new RegExp(`queue = .*unknown scheme 'amqp:'; ${schemesOf('queue')}`)],
    [
      { TOUCHLINE_JOBS_PER_MINUTE: '60' },
      /jobsPerMinute = 60 .*applies only to a queue in Redis; remove it, or set queue/,
    ],
    [{ TOUCHLINE_STORE: 'oracle:x' }, /unknown scheme 'oracle:'; use '/],
    [
      { TOUCHLINE_NOTIFY: 'inbox:,pigeon://u:verysecret@loft/x' },
      /notify = inbox:,pigeon:\/\/loft\/\[redacted\] .*unknown scheme 'pigeon:'; use '/,
    ],
    [
      { TOUCHLINE_NOTIFY: 'hooks.slack.com/T0/B0/verysecret' },
      /notify = \[redacted\] .*must begin with a scheme/,
    ],
    [
      { TOUCHLINE_NOTIFY: 'http://hooks.slack.com/T0/B0/verysecret' },
      /notify = http:\/\/hooks\.slack\.com\/\[redacted\] .*must begin with https:\/\//,
    ],
    [
      { TOUCHLINE_NOTIFY: 'smtp://u:verysecret@mail/?to=a@x' },
      /notify = smtp:\/\/mail\/\[redacted\] .*needs mail addresses in from=/,
    ],
    [{ TOUCHLINE_PUBLIC_URL: 'touchline.example' }, /publicUrl = .*must be an http or https address/],
    [{ TOUCHLINE_HOOK_TOKEN: 'verysecret' }, /hookToken = \[hidden\] .*at least 16 characters/],
    [{ TOUCHLINE_HOOK_TOKEN: 'a secret of some words' }, /hookToken = \[hidden\] .*without spaces/],
    [{ TOUCHLINE_STORE: 'constructor:x' }, /unknown scheme 'constructor:'/],
    [
      { TOUCHLINE_HOST: '0.0.0.0', TOUCHLINE_AUTH: 'off' },
      /auth = off .*loopback address, not on host 0\.0\.0\.0/,
    ],
    [{ TOUCHLINE_STROE: 'sqlite:' }, /no setting 'TOUCHLINE_STROE' .*did you mean TOUCHLINE_STORE\?/],
    [{ TOUCHLINE_ZZZZZZZZZZ: '1' }, /no setting 'TOUCHLINE_ZZZZZZZZZZ' .*remove it/],
  ])('rejects %o', async (env, message) => {
    const failure = await load({ env: env as Record<string, string> }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'INVALID_CONFIG', message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('verysecret');
  });

  it('reports every invalid setting at once', async () => {
    await expect(load({ env: { TOUCHLINE_PORT: 'x' }, flags: { workers: 0 } })).rejects.toMatchObject({
      details: { settings: ['port', 'workers'] },
    });
  });

  it('rejects unknown names in .env and in the configuration file, and a file that cannot be parsed', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, '.env'), 'TOUCHLINE_PROT=1\n');
    await expect(load({ cwd })).rejects.toThrow(
      /\.env variable TOUCHLINE_PROT\): did you mean TOUCHLINE_PORT/,
    );
    writeFileSync(join(cwd, '.env'), '');
    writeFileSync(join(cwd, 'touchline.config.json'), '{"prot": 1}');
    await expect(load({ cwd })).rejects.toThrow(/touchline\.config\.json, 'prot'\): did you mean port/);
    writeFileSync(join(cwd, 'touchline.config.json'), '{"port": ');
    await expect(load({ cwd })).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining('touchline.config'),
    });
  });

  describe('settings in files of their own', () => {
    const file = (content: string) => {
      const path = join(temporaryFolder(), 'secret');
      writeFileSync(path, content);
      return path;
    };

    it('are read and trimmed for any setting, named in the environment or in .env', async () => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, 'level'), 'warn\n');
      writeFileSync(join(cwd, '.env'), 'TOUCHLINE_LOG_LEVEL_FILE=level\nTOUCHLINE_STORE=sqlite:/other.db\n');
      const env = { TOUCHLINE_STORE_FILE: file(' sqlite:/x/y.db\n'), TOUCHLINE_PORT_FILE: '' };
      const { config, sources, hidden } = await load({ cwd, env });
      expect(config).toMatchObject({ store: 'sqlite:/x/y.db', logLevel: 'warn', port: 8080 });
      expect(sources).toEqual({
        store: 'environment variable TOUCHLINE_STORE_FILE',
        logLevel: '.env variable TOUCHLINE_LOG_LEVEL_FILE',
      });
      expect([...hidden]).toEqual(['store', 'logLevel']);
    });

    it('are never shown', async () => {
      const env = { TOUCHLINE_STORE_FILE: file('hunter2:lemon://tree'), TOUCHLINE_PORT_FILE: file('pear') };
      const refused = await load({ env }).catch((error) => error);
      expect(refused).toMatchObject({ code: 'INVALID_CONFIG', details: { settings: ['store', 'port'] } });
      expect(refused.message).toMatch(
        /store = \[hidden\] \(environment variable TOUCHLINE_STORE_FILE\): .*'sqlite:'/,
      );
      expect(refused.message).toMatch(/port = \[hidden\] .*whole number/);
      expect(JSON.stringify(refused) + refused.message).not.toMatch(/hunter2|lemon|tree|pear/);
      const host = { TOUCHLINE_HOST_FILE: file('secret.internal'), TOUCHLINE_AUTH: 'off' };
      await expect(load({ env: host })).rejects.toThrow(/auth = off .*not on host \[hidden\];/);
    });

    it.each([
      [{ TOUCHLINE_STORE: 'sqlite:' }, /TOUCHLINE_STORE and TOUCHLINE_STORE_FILE are both set/],
      [
        { TOUCHLINE_STORE_FILE: '/nowhere/at-all' },
        /store .*TOUCHLINE_STORE_FILE.*\/nowhere\/at-all cannot be read \(ENOENT\)/,
      ],
      [{ TOUCHLINE_STORE_FILE: '/' }, /store .*cannot be read \(EISDIR\)/],
      [{ TOUCHLINE_STORE_FILE: '/dev/null' }, /store .*is empty/],
      [{ TOUCHLINE_STROE_FILE: '/x' }, /no setting 'TOUCHLINE_STROE_FILE'/],
      [{ TOUCHLINE_REQUIRE_SERVICES_FILE: '/x' }, /no setting/],
    ])('are rejected with their name: %o', async (env, message) => {
      const both = 'TOUCHLINE_STORE' in env ? { TOUCHLINE_STORE_FILE: file('sqlite:') } : {};
      await expect(load({ env: { ...both, ...(env as Record<string, string>) } })).rejects.toMatchObject({
        code: 'INVALID_CONFIG',
        message: expect.stringMatching(message),
      });
    });
  });

  it('is documented as the schema declares it', () => {
    const document = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    expect(document).toBe(configurationDocument());
  });

  it('names variables after settings', () => {
    expect(variableOf('maxEtlFileBytes')).toBe('TOUCHLINE_MAX_ETL_FILE_BYTES');
  });
});

describe('the platform', () => {
  it('opens every port with the adapter of its setting, and may be closed twice', async () => {
    const data = join(temporaryFolder(), 'data');
    const { config } = await load({ flags: { data, logLevel: 'silent' } });
    const platform = openPlatform(config);
    const { store, queue, blobs, tracking, notify } = platform;
    expect([store, queue, blobs, tracking, notify].map(({ name }) => name)).toEqual([
      'sqlite',
      'leases',
      'folder',
      'embedded',
      'inbox',
    ]);
    for (const port of [store, queue, blobs, tracking, notify]) await port.ping();
    const job = await queue.add('later', null);
    await platform.close();
    await platform.close();
    const again = openPlatform(config);
    expect((await again.queue.get(job.id))?.state).toBe('waiting');
    await again.close();
  });

  it('sends messages to the inbox and to every other channel of the setting', async () => {
    const data = join(temporaryFolder(), 'data');
    const way = (notify: string) => ({ data, logLevel: 'silent', notify });
    const names = async (notify: string) => {
      const platform = openPlatform((await load({ flags: way(notify) })).config);
      await platform.close();
      return platform.notify.name;
    };
    expect(await names('https://hooks.slack.com/a, inbox: ,https://hooks.slack.com/b,')).toBe(
      'slack, inbox, slack-2',
    );
    expect(await names('smtp://mail/?to=a@x&from=b@x')).toBe('inbox, email');
    const { config } = await load({ flags: way('inbox:') });
    const wrong = { ...config, notify: 'https://hooks.slack.com/a,http://elsewhere/verysecret' };
    expect(() => openPlatform(wrong)).toThrowError(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.not.stringContaining('verysecret'),
      }),
    );
  });

  it('stores its files where the settings say', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'elsewhere'));
    const { config } = await load({
      flags: {
        store: `sqlite:${join(folder, 'elsewhere', 's.db')}`,
        blobs: `folder:${join(folder, 'b')}`,
        logLevel: 'silent',
      },
    });
    const platform = openPlatform(config);
    await platform.blobs.put('x');
    await platform.store.collection('things').insert({ id: 'a' });
    await platform.close();
    const again = openPlatform({ ...config, data: '/nowhere' });
    expect(await again.store.collection('things').count()).toBe(1);
    await again.close();
  });

  it('rejects an unknown scheme, also in settings that were not validated', async () => {
    const { config } = await load();
    expect(() => openPlatform({ ...config, queue: 'amqp://u:p@h' })).toThrowError(
      expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.not.stringContaining('u:p') }),
    );
  });
});
