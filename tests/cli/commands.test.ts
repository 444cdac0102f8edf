import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateClips } from '../../datasets/simulator/clips.ts';
import { simulateShots } from '../../datasets/simulator/shots.ts';
import { openInbox } from '../../platform/notify/inbox.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { fewShots, writeClips, writeLines } from './data.ts';
import { type CommandOptions, documentOf, type Ended, type Started, start, touchline } from './touchline.ts';

const HASH = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let folder: string;
let data: string;
let clips: string;
let shots: string;
let shotsRun: Ended;
let clipsRun: Ended;

/** Runs a command on the shared state that must succeed. @returns its JSON document */
async function succeed(args: string[], options?: CommandOptions) {
  const ended = await touchline([...args, '--json', '--data', data], options);
  expect(ended.status, ended.stderr).toBe(0);
  return documentOf(ended);
}

/** Runs a command on the shared state that must fail. */
async function failed(args: string[], options?: CommandOptions): Promise<Ended> {
  const ended = await touchline([...args, '--json', '--data', data], options);
  expect(Object.keys(documentOf(ended))).toEqual(['error']);
  return ended;
}

const running: Started[] = [];
afterAll(() => {
  for (const { child } of running) child.kill('SIGKILL');
});

const path = (...names: string[]) => join(folder, ...names);

// The tests that only read share one state: both products ran through the pipeline once, with one fast estimator.
beforeAll(async () => {
  folder = makeFolder();
  data = path('state');
  shots = writeLines(path('shots'), 'shots.jsonl', fewShots());
  clips = writeClips(path('clips'));
  const run = (product: string, from: string) =>
    touchline(['run', product, '--from', from, '--estimators', 'linear', '--json', '--data', data]);
  shotsRun = await run('shots', shots);
  clipsRun = await run('biomechanics', clips);
}, 180_000);

describe('run', () => {
  it('prints the result of every step and the decision', () => {
    expect(clipsRun.status, clipsRun.stderr).toBe(0);
    expect(documentOf(clipsRun)).toMatchObject({
      ...{ read: expect.any(Number), accepted: expect.any(Number), rejected: 0, duplicates: 0, rejects: [] },
      ...{ seconds: expect.any(Number), rows: 120, groups: 24, quality: expect.any(Array) },
      ...{ id: expect.stringMatching(/^biomechanics-/), hash: expect.stringMatching(HASH) },
      splits: { train: { rows: 70 }, validation: { rows: 20 }, test: { rows: 30 } },
      snapshot: expect.stringMatching(/^biomechanics-/),
      candidates: [
        {
          ...{ run: expect.any(String), estimator: 'linear', package: expect.stringMatching(HASH) },
          ...{ seconds: expect.any(Number), validation: { mae: expect.any(Number), r2: expect.any(Number) } },
        },
      ],
      best: expect.any(String),
      decision: { promoted: true, version: 1, reasons: expect.arrayContaining([expect.any(String)]) },
    });
  });

  it('exits with status 3 and the reasons if the gate rejects the candidate', () => {
    expect(shotsRun.status).toBe(3);
    const { decision } = documentOf(shotsRun);
    expect(decision.promoted).toBe(false);
    expect(decision.reasons.join(' ')).toMatch(/\d+ held-out rows/);
  });

  it('prints progress to stderr only', () => {
    expect(clipsRun.stderr).toMatch(/etl/);
    expect(clipsRun.stderr).toMatch(/gate 1\/1/);
  });

  it('is idempotent: a rerun stores, trains and evaluates nothing twice', async () => {
    const again = ['run', 'biomechanics', '--from', clips, '--estimators', 'linear'];
    const { createdAt, hash, candidates, decision, read, accepted } = await succeed(again);
    const first = documentOf(clipsRun);
    expect({ createdAt, hash, candidates, read, accepted }).toEqual({
      ...{ createdAt: first.createdAt, hash: first.hash, candidates: first.candidates },
      ...{ read: first.read, accepted: 0 },
    });
    expect(decision).toMatchObject({ promoted: true, version: 1 });
    expect(await succeed(['champion', 'biomechanics', 'history'])).toMatchObject({
      reigns: [{ version: 1 }],
      refusals: [],
    });
  });
});

describe('etl', () => {
  it('counts what it read, and a rerun stores nothing new', async () => {
    const own = path('etl-state');
    const etl = async (...more: string[]) => {
      const ended = await touchline(['etl', 'shots', '--from', shots, '--json', '--data', own, ...more]);
      expect(ended.status, ended.stderr).toBe(0);
      expect(ended.stderr).toMatch(/etl/);
      return documentOf(ended);
    };
    const few = await etl('--limit', '300');
    expect(few).toMatchObject({ read: 300, accepted: 300, rejected: 0, duplicates: 0, rejects: [] });
    expect(few.seconds).toBeGreaterThan(0);
    const all = await etl();
    expect(all.accepted).toBe(1_700);
    const again = await etl();
    expect(again.accepted).toBe(0);
    // The snapshot of these rows equals the one of the shared state.
    const frozen = documentOf(await touchline(['snapshot', 'shots', '--json', '--data', own]));
    expect(frozen.hash).toBe(documentOf(shotsRun).hash);
  });

  it('counts rejected records by reason and exits with status 0', async () => {
    const rows = fewShots(2, 20);
    const bad = rows.slice(0, 3).map((row) => ({ ...row, 'Game Event ID': '9999', Period: '0' }));
    const from = writeLines(path('bad'), 'shots.jsonl', [...rows, ...bad]);
    const ended = await touchline(['etl', 'shots', '--from', from, '--json', '--data', path('bad-state')]);
    expect(ended.status).toBe(0);
    const { accepted, rejected, rejects } = documentOf(ended);
    expect({ accepted, rejected }).toEqual({ accepted: 40, rejected: 3 });
    expect(rejects).toEqual([{ reason: expect.stringMatching(/period/i), count: 3 }]);
  });

  it('does not report a rejected file as done', async () => {
    const from = path('no-table.csv');
    writeFileSync(from, 'nothing,of,this\n1,2,3\n');
    const ended = await touchline(['etl', 'shots', '--from', from, '--data', path('refused-state')]);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toMatch(/INVALID_FORMAT/);
    expect(ended.stderr).not.toMatch(/done etl/);
  });

  it('prints a readable summary without --json', async () => {
    const { status, stdout } = await touchline(['etl', 'shots', '--from', shots, '--data', data]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^2,000 read, 0 accepted, 0 rejected, /);
  });
});

describe('snapshot and train', () => {
  it('return the existing snapshot if nothing changed', async () => {
    expect(await succeed(['snapshot', 'shots'])).toMatchObject({
      ...{ id: expect.stringMatching(/^shots-/), hash: documentOf(shotsRun).hash, rows: 2_000, groups: 40 },
      splits: { train: { rows: 1_400 }, validation: { rows: 300 }, test: { rows: 300 } },
      quality: expect.any(Array),
    });
  });

  it('say how many rows and groups are needed if there are too few', async () => {
    const few = path('few-state');
    const from = writeLines(path('few'), 'shots.jsonl', fewShots(2, 10));
    await touchline(['etl', 'shots', '--from', from, '--data', few]);
    const { status, stderr } = await touchline(['snapshot', 'shots', '--data', few]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/INSUFFICIENT_DATA: .*\d+.*\d+/);
  });

  it('reuse a candidate that was trained before', async () => {
    const { snapshot, candidates, best } = await succeed([
      'train',
      'shots',
      '--estimators',
      'linear,ensemble',
    ]);
    expect(snapshot).toBe(documentOf(shotsRun).snapshot);
    expect(candidates[0]).toEqual(documentOf(shotsRun).candidates[0]);
    expect(candidates[1]).toMatchObject({
      ...{ estimator: 'ensemble', package: expect.stringMatching(HASH), run: expect.any(String) },
      ...{ seconds: expect.any(Number), validation: { logLoss: expect.any(Number) } },
    });
    expect(candidates.map(({ run }: { run: string }) => run)).toContain(best);
  });

  it('stop when interrupted and resume on the next call', async () => {
    const args = ['train', 'shots', '--estimators', 'forest', '--seed', '3'];
    const stopped = await start([...args, '--json', '--data', data]);
    running.push(stopped);
    await eventually(() => stopped.errors().includes('train forest'), 60_000);
    stopped.child.kill('SIGINT');
    const { status, stdout, stderr } = await stopped.ended;
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Interrupted: .*$/m);
    expect(stderr).not.toMatch(/INTERNAL|Error/);
    expect((await succeed(args)).candidates).toMatchObject([{ package: expect.stringMatching(HASH) }]);
  });

  it('reject the snapshot of another product', async () => {
    const { snapshot } = documentOf(clipsRun);
    const { status, stderr } = await failed([
      'train',
      'shots',
      '--snapshot',
      snapshot,
      '--estimators',
      'linear',
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Snapshot biomechanics-\w+ .*make a new snapshot/);
  });
});

describe('evaluate', () => {
  it('leaves out rows that are already stored', async () => {
    const both = writeClips(path('both'), 150);
    const result = await succeed(['evaluate', 'biomechanics', '--from', both]);
    expect(result).toMatchObject({
      model: { version: 1, package: documentOf(clipsRun).candidates[0].package },
      ...{ rows: 30, seen: 120 },
      metrics: { mae: { value: expect.any(Number), low: expect.any(Number), high: expect.any(Number) } },
      slices: expect.any(Array),
    });
    const { status, stderr } = await failed(['evaluate', 'biomechanics', '--from', clips]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/None of the 120 rows is new/);
  });
});

describe('predict', () => {
  const { actions } = simulateClips({ clips: 3, athletes: 3, experts: 1, seed: 77 });
  const items = actions.map(({ type, side, context, poses }) => ({ type, side, context, poses }));

  it('accepts one item or a list, from a file or standard input', async () => {
    const file = path('items.json');
    writeFileSync(file, JSON.stringify(items));
    const { predictions } = await succeed(['predict', 'biomechanics', '--input', file]);
    expect(predictions).toHaveLength(3);
    for (const one of predictions)
      expect(one).toMatchObject({
        ...{ product: 'biomechanics', method: 'ml_trained', model: 1, factors: expect.any(Array) },
        package: documentOf(clipsRun).candidates[0].package,
      });
    for (const { score, interval } of predictions) {
      expect(score).toBeGreaterThanOrEqual(interval.low);
      expect(score).toBeLessThanOrEqual(interval.high);
    }
    const input = JSON.stringify({ items: [items[1]] });
    const piped = await succeed(['predict', 'biomechanics', '--input', '-', '--model', '1'], { input });
    expect(piped.predictions).toEqual([predictions[1]]);
  });

  it.each<[string, string, RegExp]>([
    ['a broken document', '{"type": ', /is not JSON/],
    ['empty input', '', /is not JSON/],
    ['an unknown field', '{"type":"shot","legs":2}', /legs|poses/],
    ['an unknown action', JSON.stringify({ ...items[0], type: 'somersault' }), /type/],
    ['an empty list', '[]', /contains no items/],
  ])('rejects %s with status 2', async (_, input, said) => {
    const { status, stderr } = await failed(['predict', 'biomechanics', '--input', '-'], { input });
    expect(stderr).toMatch(said);
    expect(status).toBe(2);
  });

  it('names the model that does not exist', async () => {
    const input = JSON.stringify(items[0]);
    const asked = (model: string) =>
      failed(['predict', 'biomechanics', '--input', '-', '--model', model], { input });
    expect(await asked('9')).toMatchObject({ status: 2, stderr: expect.stringMatching(/no version 9/) });
    expect(await asked('best')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/champion, challenger or a version number/),
    });
  });
});

describe('drift', () => {
  const rows = simulateShots({ games: 12, shotsPerGame: 50, seed: 9 }).rows;
  const far = rows.filter((row) => Number(row['Shot Distance']) >= 15);
  const drift = (current: string, ...more: string[]) =>
    touchline([
      'drift',
      'shots',
      '--reference',
      shots,
      '--current',
      current,
      '--json',
      '--data',
      data,
      ...more,
    ]);

  it('reports a shifted population, and exits with status 3 only on request', async () => {
    const shifted = writeLines(path('far'), 'shots.jsonl', far);
    const found = await drift(shifted, '--fail-on-drift', '--report', path('drift.html'));
    expect(found.status).toBe(3);
    const { verdict, columns, share } = documentOf(found);
    expect(verdict).toBe('drift');
    expect(share).toBeGreaterThanOrEqual(0.5);
    for (const column of columns) {
      expect(column).toMatchObject({
        ...{ name: expect.any(String), type: expect.any(String), test: expect.any(String) },
        ...{ threshold: expect.any(Number), drifted: expect.any(Boolean) },
        ...{ reference_n: expect.any(Number), current_n: expect.any(Number) },
      });
      // These files lack some optional columns, which have no statistic.
      if (column.current_n > 0) expect(column.statistic).toEqual(expect.any(Number));
      else expect(column).toMatchObject({ statistic: null, drifted: false });
    }
    expect(readFileSync(path('drift.html'), 'utf8')).toMatch(/<svg/);
    const asked = ['drift', 'shots', '--reference', shots, '--current', shifted, '--report', '-'];
    const page = await touchline([...asked, '--data', data]);
    expect(page.stdout.trimEnd()).toBe(readFileSync(path('drift.html'), 'utf8').trimEnd());
    expect((await drift(shifted)).status).toBe(0);
  });

  it('reports no drift without a shift, and too little data if rows are few', async () => {
    const same = await drift(writeLines(path('same'), 'shots.jsonl', rows), '--fail-on-drift');
    expect(documentOf(same).verdict).toBe('no_drift');
    expect(same.status).toBe(0);
    const few = await drift(writeLines(path('few-far'), 'shots.jsonl', far.slice(0, 35)), '--fail-on-drift');
    expect(documentOf(few).verdict).toBe('not_enough_data');
    expect(few.status).toBe(0);
  });
});

describe('keys, serve and worker', () => {
  const keys = (...args: string[]) => succeed(['keys', ...args]);

  it('serve holders of a key until it is revoked, and stop on a signal', async () => {
    const viewer = await keys('create', '--role', 'viewer', '--owner', 'page');
    expect(viewer).toMatchObject({ id: expect.any(String), key: expect.any(String), role: 'viewer' });
    const server = await start(['serve', '--port', '0', '--json', '--data', data]);
    running.push(server);
    await eventually(() => server.output().endsWith('\n'), 60_000);
    const { url } = JSON.parse(server.output());
    const models = (headers = {}) => fetch(`${url}/v1/models`, { headers });
    expect((await models()).status).toBe(401);
    const authorization = { authorization: `Bearer ${viewer.key}` };
    const served = await models(authorization);
    expect(served.status).toBe(200);
    expect(JSON.stringify(await served.json())).toContain(documentOf(clipsRun).candidates[0].package);

    expect(await keys('revoke', viewer.id)).toMatchObject({
      id: viewer.id,
      revokedAt: expect.stringMatching(TIME),
    });
    const listed = await keys('list');
    expect(listed.keys).toMatchObject([{ id: viewer.id, role: 'viewer', owner: 'page' }]);
    expect(JSON.stringify(listed)).not.toContain(viewer.key);
    await eventually(async () => (await models(authorization)).status === 401, 60_000);

    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ status: 0, signal: null });
    // Stdout has exactly one document; the log is on stderr, one JSON document per line.
    expect(server.output().split('\n')).toHaveLength(2);
    for (const line of server.errors().trim().split('\n').filter(Boolean)) JSON.parse(line);
  });

  it('refuse to listen beyond this machine without keys', async () => {
    const { status, stderr } = await failed(['serve', '--host', '0.0.0.0', '--port', '0'], {
      env: { TOUCHLINE_AUTH: 'off' },
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/loopback/);
  });

  it('run the requested kinds of jobs until stopped', async () => {
    const worker = await start(['worker', '--queues', 'drift,etl', '--json', '--data', data]);
    running.push(worker);
    await eventually(() => worker.output().endsWith('\n'), 60_000);
    expect(JSON.parse(worker.output()).kinds.sort()).toEqual(['drift', 'etl']);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ status: 0, signal: null });
  });
});

// These tests come last because they change the champion.
describe('champion, demo, backup and doctor', () => {
  it('promote a version by hand and record it in the ledger', async () => {
    const before = documentOf(clipsRun).createdAt;
    expect(await succeed(['champion', 'biomechanics'])).toMatchObject({
      ...{ version: 1, package: expect.stringMatching(HASH), since: expect.stringMatching(TIME), by: 'cli' },
      reasons: expect.arrayContaining([expect.any(String)]),
    });
    const none = await failed(['champion', 'biomechanics', 'at', before]);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringMatching(/had no champion at 2/) });
    // A version that the gate rejected still exists: a person may promote it, and the ledger records that.
    const hand = await succeed(['champion', 'shots', 'promote', '1', '--reason', 'A trial']);
    expect(hand).toMatchObject({ version: 1, action: 'promote', by: 'cli', reasons: ['A trial'] });
    const other = await succeed(['train', 'shots', '--estimators', 'linear', '--seed', '2']);
    expect(other.candidates[0].package).toMatch(HASH);
    const told = await succeed(['champion', 'shots', 'history']);
    expect(told.reigns).toMatchObject([{ version: 1, until: null, reasons: ['A trial'] }]);
    expect(told.refusals).toMatchObject([{ version: 1, code: 'REFUSED_BY_GATE' }]);
    const at = await succeed(['champion', 'shots', 'at', new Date(Date.parse(hand.since) + 1).toISOString()]);
    expect(at.version).toBe(1);
    const again = await failed(['champion', 'shots', 'promote', '1']);
    expect(again).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/already the champion of shots/),
    });
    expect(await failed(['champion', 'shots', 'rollback'])).toMatchObject({ status: 2 });
  });

  it('start the demo from existing champions, without serving', async () => {
    const shown = await succeed(['demo', '--once']);
    expect(shown).toMatchObject({ url: null, seconds: expect.any(Number) });
    const metrics = expect.objectContaining({});
    expect(shown.products).toEqual([
      { name: 'biomechanics', champion: { version: 1, estimator: 'linear', metrics } },
      { name: 'shots', champion: { version: 1, estimator: 'linear', metrics } },
    ]);
    expect(shown.products[0].champion.metrics.mae).toBeGreaterThan(0);
  });

  it('restore a backup to the same state', async () => {
    const file = path('backup.tar.gz');
    expect(await succeed(['backup', file])).toMatchObject({ file, bytes: expect.any(Number) });
    const restored = path('restored');
    const back = await touchline(['restore', file, '--json', '--data', restored]);
    expect(back.status, back.stderr).toBe(0);
    const asked = ['champion', 'biomechanics', 'history', '--json', '--data'];
    expect(documentOf(await touchline([...asked, restored]))).toEqual(
      documentOf(await touchline([...asked, data])),
    );
    expect((await touchline(['restore', file, '--data', restored])).status).toBe(1);
  });

  it('send one message per incident', async () => {
    const tell = (...more: string[]) => succeed(['notify', 'Build 7', '--incident', 'build-7', ...more]);
    expect(await tell('--severity', 'critical', '--body', 'It failed.')).toEqual({
      incident: 'build-7',
      to: 'inbox',
    });
    await tell('--resolved', '--link', 'https://ci.internal/7');
    const store = openSqliteStore({ path: join(data, 'touchline.db') });
    const { items } = await openInbox({ store }).list();
    await store.close();
    expect(items.filter(({ incident }) => incident === 'build-7')).toMatchObject([
      { title: 'Build 7', status: 'resolved', messages: 2, links: [{ url: 'https://ci.internal/7' }] },
    ]);
  });

  it('check every dependency', async () => {
    const { checks } = await succeed(['doctor']);
    for (const check of checks)
      expect(check).toMatchObject({
        ...{ name: expect.any(String), detail: expect.any(String) },
        status: expect.stringMatching(/^(ok|warning)$/),
      });
    const names = checks.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['node', 'data folder', 'store', 'blobs', 'queue', 'tracking']),
    );
    expect(names).toContain('champion of shots');
  });

  it('write nothing outside --data', () => {
    expect(readdirSync(data).sort()).toEqual(expect.arrayContaining(['blobs']));
    expect(existsSync(path('.touchline'))).toBe(false);
  });
});
