import { describe, expect, it, onTestFinished } from 'vitest';
import { documentOf, touchline } from '../cli/touchline.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { startStandIn } from './mongodb-stand-in.ts';
import { freePort } from './real.ts';

interface Check {
  name: string;
  status: string;
  detail: string;
}

/** The report of `touchline doctor` on a store at this address; it must never show the password. */
async function examine(url: string) {
  const ended = await touchline(['doctor', '--json'], {
    env: { TOUCHLINE_DATA: temporaryFolder(), TOUCHLINE_STORE: url, TOUCHLINE_BLOBS: url },
  });
  expect(ended.stdout + ended.stderr).not.toContain('sesame');
  const checks: Check[] = documentOf(ended).checks;
  return {
    ...ended,
    detail: (name: string) =>
      checks.find((check) => check.name === name && check.status === 'failed')?.detail,
  };
}

describe('touchline doctor on MongoDB', () => {
  it('reports which address is wrong, without waiting for each check in turn', async () => {
    const { status, seconds, detail } = await examine(
      `mongodb://ana:sesame@127.0.0.1:${await freePort()}/db`,
    );
    expect(status).toBe(1);
    expect(detail('store')).toMatch(/Nothing listens.*TOUCHLINE_STORE/);
    expect(detail('blobs')).toMatch(/Nothing listens.*TOUCHLINE_BLOBS/);
    expect(detail('champion of shots')).toMatch(/TOUCHLINE_STORE/);
    expect(detail('authentication')).toMatch(/TOUCHLINE_STORE/);
    expect(seconds).toBeLessThan(40);
  }, 60_000);

  it('reports a read-only user', async () => {
    const refusal = { ok: 0, code: 13, errmsg: 'not authorized on db to execute command' };
    const empty = { ok: 1, cursor: { id: 0n, ns: 'db.any', firstBatch: [] } };
    const server = await startStandIn((command) =>
      ['find', 'aggregate'].includes(command) ? empty : refusal,
    );
    onTestFinished(server.close);
    const { status, detail } = await examine(`${server.url}/db`);
    expect(status).toBe(1);
    expect(detail('store')).toMatch(/role readWrite.*TOUCHLINE_STORE/);
    expect(detail('blobs')).toMatch(/role readWrite.*TOUCHLINE_BLOBS/);
    expect(detail('champion of shots')).toBeUndefined();
  }, 60_000);
});
