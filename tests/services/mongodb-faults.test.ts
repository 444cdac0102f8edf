import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { fromMongo } from '../../platform/store/mongodb/errors.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { freshDatabase } from './mongodb-database.ts';
import { startStandIn } from './mongodb-stand-in.ts';
import { freePort, hasProgram, serviceUrl, startService } from './real.ts';

const shared = serviceUrl('mongodb');
const QUICK = 'serverSelectionTimeoutMS=500&connectTimeoutMS=500';

function open(url: string) {
  const store = openMongoStore({ url });
  onTestFinished(() => store.close());
  return store;
}

async function failure(work: Promise<unknown>): Promise<TouchlineError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TouchlineError)) throw new Error(`Expected a TouchlineError, got: ${error}`);
  return error;
}

const insert = (url: string) =>
  open(url)
    .collection('things', { indexes: [['a']] })
    .insert({ id: 'x' });

describe('a wrong address of MongoDB', () => {
  it('fails within seconds, with the setting and a remedy', async () => {
    const url = `mongodb://user:sesame@127.0.0.1:${await freePort()}/db`;
    const started = performance.now();
    const error = await failure(open(url).ping());
    expect(performance.now() - started).toBeLessThan(7_000);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/Nothing listens.*correct host and port.*TOUCHLINE_STORE/),
      details: { setting: 'TOUCHLINE_STORE' },
    });
    expect(JSON.stringify(error.details)).not.toContain('sesame');
  }, 15_000);

  it('fails with the setting of the blobs where it is theirs', async () => {
    const blobs = openGridfsBlobs({ url: `mongodb://127.0.0.1:${await freePort()}/?${QUICK}` });
    for (const work of [() => blobs.ping(), () => blobs.put('x'), () => blobs.get('0'.repeat(64))])
      expect(await failure(work())).toMatchObject({
        code: 'UNAVAILABLE',
        details: { setting: 'TOUCHLINE_BLOBS' },
      });
    await blobs.close();
  });

  it.each([
    ['an unknown host', `mongodb://nobody.invalid/?${QUICK}`, 'UNAVAILABLE', /host name.*cannot be resolved/],
    [
      'an unknown service record',
      'mongodb+srv://nobody.invalid',
      'UNAVAILABLE',
      /host name.*cannot be resolved/,
    ],
    [
      'an unknown option',
      'mongodb://u:sesame@h/?nonsense=1',
      'INVALID_CONFIG',
      /must have the form mongodb:/,
    ],
  ])('fails with a remedy: %s', async (_, url, code, message) => {
    const error = await failure(open(url).ping());
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).toContain('(TOUCHLINE_STORE)');
    expect(JSON.stringify([error.message, error.details])).not.toContain('sesame');
  });

  it.each(['mongodb://', 'mongodb:///db', 'mongodb://u:ses/ame@h/db', 'mongodb://h/a b', 'mongodb://h/a/b'])(
    'is rejected without connecting: %s',
    (url) => {
      const message = expect.not.stringMatching(/ses|u:/);
      const invalid = { code: 'INVALID_CONFIG', message, details: { setting: 'TOUCHLINE_STORE' } };
      expect(() => openMongoStore({ url })).toThrowError(expect.objectContaining(invalid));
    },
  );
});

describe('a MongoDB server that rejects requests', () => {
  const refusing = async (codes: Record<string, Record<string, unknown>>) => {
    const server = await startStandIn((command) => codes[command] ?? { ok: 1 });
    onTestFinished(server.close);
    return server.url;
  };

  it('reports a wrong password without showing it', async () => {
    const url = await refusing({ saslStart: { ok: 0, code: 18, errmsg: 'Authentication failed.' } });
    const error = await failure(open(`${url.replace('//', '//ana:sesame@')}/db?${QUICK}`).ping());
    expect(error).toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/rejected the user name or password.*authSource.*TOUCHLINE_STORE/),
    });
    expect(JSON.stringify([error.message, error.details])).not.toContain('sesame');
  });

  it.each([
    [
      'a read-only user',
      {
        createIndexes: { ok: 0, code: 13, errmsg: 'not authorized on db to execute command { createIndexes' },
      },
      'INVALID_CONFIG',
      /role readWrite/,
    ],
    [
      'a user who may not insert',
      { insert: { ok: 0, code: 13, errmsg: 'not authorized on db to execute command { insert' } },
      'INVALID_CONFIG',
      /role readWrite/,
    ],
    [
      'a full disk',
      {
        insert: {
          ok: 1,
          n: 0,
          writeErrors: [{ index: 0, code: 14_031, errmsg: 'Available disk space of 1 bytes is less than' }],
        },
      },
      'UNAVAILABLE',
      /disk is full/,
    ],
    [
      'a full disk, reported by the storage engine',
      { insert: { ok: 0, code: 8, errmsg: 'WT_SESSION.insert: No space left on device' } },
      'UNAVAILABLE',
      /disk is full/,
    ],
    [
      'a replica set without a majority',
      {
        insert: { ok: 1, n: 1, writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
      },
      'UNAVAILABLE',
      /Too few members.*rs\.status/,
    ],
    [
      'a secondary',
      { insert: { ok: 0, code: 10_107, errmsg: 'not primary' } },
      'UNAVAILABLE',
      /electing a new primary/,
    ],
  ])('reports %s', async (_, codes, code, message) => {
    const error = await failure(insert(`${await refusing(codes)}/db?${QUICK}&retryWrites=false`));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).toContain('(TOUCHLINE_STORE)');
  });

  it('distinguishes a full disk from duplicate documents in a bulk write', async () => {
    const full = { index: 1, code: 14_031, errmsg: 'Available disk space' };
    const taken = { index: 0, code: 11_000, errmsg: 'E11000 duplicate key error' };
    const store = open(
      `${await refusing({ insert: { ok: 1, n: 0, writeErrors: [taken, full] } })}/db?${QUICK}`,
    );
    const error = await failure(store.collection('things').insertMany([{ id: 'a' }, { id: 'b' }]));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/disk is full/) });
  });

  it('keeps the message of an unexpected error, without secrets', () => {
    const error = fromMongo(new Error('odd: mongodb://ana:sesame@h/db'), 'TOUCHLINE_STORE');
    expect(error).toMatchObject({
      code: 'INTERNAL',
      message: 'MongoDB failed: odd: mongodb://[redacted]@h/db',
    });
  });
});

describe.skipIf(!hasProgram('openssl'))('a MongoDB server with TLS (needs openssl)', () => {
  it.each([
    ['an untrusted certificate', 'tls=true&', 'INVALID_CONFIG', /certificate.*tlsCAFile/],
    ['a connection without TLS', '', 'UNAVAILABLE', /does not answer.*tls=true/],
  ])('reports %s', async (_, tls, code, message) => {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'];
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }).on(
      'tlsClientError',
      () => {},
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const error = await failure(open(`mongodb://127.0.0.1:${port}/?${tls}${QUICK}`).ping());
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe.skipIf(!shared)('a real MongoDB server (needs scripts/services.sh start mongodb)', () => {
  it('without TLS is distinguished from one that is unreachable', async () => {
    expect(await failure(open(`${shared}/?tls=true&connectTimeoutMS=300`).ping())).toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/TLS.*remove tls=true.*TOUCHLINE_STORE/),
    });
  }, 15_000);

  it('of an old version is reported as too old', async () => {
    // The wire version of MongoDB 3.6.
    const old = await startService('mongodb', { env: { JAVA_TOOL_OPTIONS: '-Dwire=6' } });
    onTestFinished(old.stop);
    expect(await failure(open(`${old.url}/?${QUICK}`).ping())).toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/too old.*MongoDB 4\.\d.*TOUCHLINE_STORE/),
    });
  }, 30_000);

  it('rejects fields and documents that BSON cannot hold', async () => {
    const store = open(freshDatabase(shared!));
    const things = store.collection<{ id: string; [field: string]: unknown }>('things');
    const refusal = { code: 'INVALID_INPUT' };
    await expect(things.insert({ id: 'a', deep: { _bsontype: 'ObjectId' } })).rejects.toMatchObject(refusal);
    await expect(things.insert({ id: 'b', 'zero\u0000byte': 1 })).rejects.toMatchObject(refusal);
    const split = { ...refusal, message: expect.stringMatching(/16 MiB.*split/) };
    const long = { id: 'c', long: 'x'.repeat(18 * 2 ** 20) };
    await expect(things.insert(long)).rejects.toMatchObject(split);
    await expect(things.insertMany([{ id: 'c', long: 'x'.repeat(16.5 * 2 ** 20) }])).rejects.toMatchObject(
      split,
    );
    await expect(things.putMany([long])).rejects.toMatchObject(split);
    const odd = { id: 'd', $set: 1, 'a.b': { $where: 'x' }, ['__proto__']: 1 };
    await things.insert(odd);
    await things.put(odd);
    expect(await things.get('d')).toMatchObject({ $set: 1, 'a.b': { $where: 'x' }, _version: 2 });
    expect(await things.count()).toBe(1);
  });
});
