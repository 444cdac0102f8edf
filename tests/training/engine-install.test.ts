import { existsSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hashBytes } from '../../platform/hash.ts';
import { ENGINES } from '../../training/engines/catalog.ts';
import { buildOf, type Engine, thisPlatform } from '../../training/engines/engine.ts';
import { installEngine } from '../../training/engines/install.ts';
import { locate } from '../../training/engines/library.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { failing } from '../faults/failing-files.ts';

const LIBRARY = strToU8('a library '.repeat(5_000));
const NEEDED = strToU8('what it loads');
const WHEEL = zipSync({
  'some/lib/libsome.so': LIBRARY,
  'some_engine.libs/libneeded.so': NEEDED,
  'some/__init__.py': strToU8('import ctypes'),
});
const NAME = 'some_engine-1.0.0-py3-none-any.whl';

/** An engine whose wheel is built here, for this machine. */
const SOME: Engine = {
  ...{ name: 'xgboost', title: 'Some Engine', version: '1.0.0', purpose: 'tests' },
  builds: {
    [thisPlatform()]: {
      ...{ wheel: NAME, sha256: hashBytes(WHEEL), bytes: WHEEL.length, library: 'some/lib/libsome.so' },
      files: { 'some/lib/libsome.so': LIBRARY.length, 'some_engine.libs/libneeded.so': NEEDED.length },
    },
  },
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A simple index; `wheel` answers requests for the file, and all requests are recorded. */
async function startIndex(wheel: Answer = (_, response) => response.end(WHEEL), page?: string) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    if (request.url === '/simple/some-engine/')
      response.end(
        page ?? `<a href="../../files/old.whl">old.whl</a><a href="../../files/${NAME}#sha256=0">x</a>`,
      );
    else if (request.url === `/files/${NAME}`) wheel(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { index: `http://${host}/simple`, host, requests, close };
}

/** Expects that installing fails with an error and leaves nothing behind. */
async function refused(options: Parameters<typeof installEngine>[2], error: Record<string, unknown>) {
  const engines = temporaryFolder();
  await expect(installEngine(SOME, engines, options)).rejects.toMatchObject(error);
  expect(readdirSync(engines)).toEqual([]);
}

describe('installing an engine', () => {
  it('keeps the library and what it loads, and is idempotent', async () => {
    const { index, requests } = await startIndex();
    const engines = join(temporaryFolder(), 'not', 'there');
    const path = join(engines, 'xgboost-1.0.0/some/lib/libsome.so');
    expect(await installEngine(SOME, engines, { index: `${index}/` })).toEqual({ path, fresh: true });
    expect(readFileSync(path)).toEqual(Buffer.from(LIBRARY));
    expect(readdirSync(engines, { recursive: true }).sort()).toEqual([
      ...['xgboost-1.0.0', 'xgboost-1.0.0/some', 'xgboost-1.0.0/some/lib'],
      ...['xgboost-1.0.0/some/lib/libsome.so', 'xgboost-1.0.0/some_engine.libs'],
      'xgboost-1.0.0/some_engine.libs/libneeded.so',
    ]);
    expect(await installEngine(SOME, engines, { index })).toEqual({ path, fresh: false });
    expect(requests).toHaveLength(2);
  });

  it('installs a local wheel without a network request', async () => {
    const engines = temporaryFolder();
    const from = join(temporaryFolder(), 'renamed.whl');
    writeFileSync(from, WHEEL);
    const { fresh } = await installEngine(SOME, engines, { index: 'http://127.0.0.1:1/', from });
    expect(fresh).toBe(true);
    writeFileSync(from, 'another');
    await refused({ index: '', from }, { code: 'INVALID_FORMAT', message: expect.stringContaining(NAME) });
    await refused({ index: '', from: `${from}.no` }, { code: 'NOT_FOUND' });
  });

  it('sends user and password to the index, and to no other host', async () => {
    const files = await startIndex();
    const page = `<a href="http://${files.host}/files/${NAME}">${NAME}</a>`;
    const { host, requests } = await startIndex(undefined, page);
    await installEngine(SOME, temporaryFolder(), { index: `http://ann:p%40ss@${host}/simple` });
    const basic = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`;
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([basic]);
    expect(files.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('rejects a file that is not the pinned one', async () => {
    const changed = Uint8Array.from(WHEEL);
    changed[100] ^= 1;
    const { index } = await startIndex((_, response) => response.end(changed));
    await refused(
      { index },
      {
        code: 'INVALID_FORMAT',
        message: expect.stringMatching(new RegExp(`SHA-256 is ${hashBytes(changed)}`)),
      },
    );
    const longer = await startIndex((_, response) => response.end(Buffer.concat([WHEEL, WHEEL])));
    await refused({ index: longer.index }, { code: 'INVALID_FORMAT' });
  });

  it('reports how much of an interrupted download arrived', async () => {
    const half = WHEEL.subarray(0, WHEEL.length >> 1);
    const message = `Only ${half.length} of the ${WHEEL.length} bytes of ${NAME} arrived`;
    const error = { code: 'UNAVAILABLE', message: expect.stringContaining(message) };
    const ended = await startIndex((_, response) => response.end(half));
    await refused({ index: ended.index }, error);
    const cut = await startIndex((_, response) => {
      response.writeHead(200, { 'content-length': WHEEL.length });
      response.write(half, () => setImmediate(() => response.destroy()));
    });
    await refused({ index: cut.index }, error);
  });

  it('names the setting if the index cannot be reached or does not list the wheel', async () => {
    const setting = { setting: 'TOUCHLINE_ENGINE_INDEX' };
    const gone = await startIndex();
    gone.close();
    const index = `http://ann:secret@${gone.host}/simple`;
    await refused(
      { index },
      { code: 'UNAVAILABLE', details: setting, message: expect.not.stringContaining('secret') },
    );
    const broken = await startIndex((_, response) => response.writeHead(500).end());
    const status = expect.stringContaining('status 500');
    await refused({ index: broken.index }, { code: 'UNAVAILABLE', details: setting, message: status });
    const empty = await startIndex(undefined, '<a href="http://[broken">x</a>');
    const lists = expect.stringContaining(`does not list ${NAME}`);
    await refused({ index: empty.index }, { code: 'NOT_FOUND', details: setting, message: lists });
    await refused({ index: `${empty.index}/wrong` }, { code: 'NOT_FOUND', details: setting });
  });

  it('rejects with the reason of an abort', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const { index } = await startIndex((_, response) => {
      response.writeHead(200);
      response.write(WHEEL.subarray(0, 10), () => abort.abort(reason));
    });
    const engines = temporaryFolder();
    await expect(installEngine(SOME, engines, { index, signal: abort.signal })).rejects.toBe(reason);
    expect(readdirSync(engines)).toEqual([]);
  });

  it('names the platforms that have a library', () => {
    expect(() => buildOf(ENGINES.named('xgboost'), 'linux-x64-musl')).toThrowError(
      /no library for linux-x64-musl, only for linux-x64, .*boosting/,
    );
  });

  it('replaces a truncated library, and removes what a crash left', async () => {
    const { index } = await startIndex();
    const engines = temporaryFolder();
    const { path } = await installEngine(SOME, engines, { index });
    truncateSync(path, 10);
    expect(locate(engines, SOME)).toBeUndefined();
    const left = join(engines, 'xgboost-1.0.0.x.partial');
    await mkdir(left);
    utimesSync(left, 0, 0);
    expect(await installEngine(SOME, engines, { index })).toEqual({ path, fresh: true });
    expect(readFileSync(path)).toEqual(Buffer.from(LIBRARY));
    expect(existsSync(left)).toBe(false);
  });

  it('ends with one complete engine if several processes install it at once', async () => {
    const { index } = await startIndex();
    const engines = temporaryFolder();
    const all = await Promise.all(Array.from({ length: 5 }, () => installEngine(SOME, engines, { index })));
    expect(new Set(all.map(({ path }) => path)).size).toBe(1);
    expect(locate(engines, SOME)).toBe(all[0].path);
    expect(readdirSync(engines)).toEqual(['xgboost-1.0.0']);
  });

  it('leaves a complete engine or none, whichever file operation fails', async () => {
    const { index } = await startIndex();
    for (let n = 1; ; n++) {
      const engines = temporaryFolder();
      const files = failing(n, 'ENOSPC', true);
      const tried = await installEngine(SOME, engines, { index, files }).catch((error: unknown) => error);
      if (!files.failed()) {
        expect(n).toBeGreaterThan(10);
        break;
      }
      if (locate(engines, SOME) === undefined) {
        expect(tried).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ENOSPC') });
        expect(readdirSync(engines)).toEqual([]);
      } else expect(readFileSync(locate(engines, SOME)!)).toEqual(Buffer.from(LIBRARY));
      const { path } = await installEngine(SOME, engines, { index });
      expect(readFileSync(path)).toEqual(Buffer.from(LIBRARY));
    }
  });
});
