import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Store } from '../../platform/store/store.ts';
import {
  openPredictionLog,
  type PredictionRecord,
  predictions,
} from '../../serving/runtime/prediction-log.ts';
import { openSpool } from '../../serving/runtime/spool.ts';
import { manualClock } from '../platform/manual-clock.ts';
import { quiet } from './fixture.ts';

const record = (id: string): PredictionRecord => ({
  id,
  product: 'jumps',
  at: '2026-01-01T00:00:00.000Z',
  package: null,
  version: null,
  method: 'rules_fallback',
  value: 5,
  low: null,
  high: null,
  confidence: null,
  rulesScore: 5,
  latencyMs: 1,
  caller: 'demo',
  features: { knee: 90 },
});

describe('the prediction log', () => {
  let folder: string;
  let spool: string;
  let store: Store;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'touchline-log-'));
    spool = join(folder, 'spool');
    store = openSqliteStore({ path: join(folder, 'store.db') });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (change: Partial<Parameters<typeof openPredictionLog>[0]> = {}) =>
    openPredictionLog({
      store,
      folder: spool,
      maxBytes: 1_000_000,
      keepDays: 0,
      log: quiet,
      clock: systemClock,
      everyMs: 1_000_000,
      ...change,
    });
  const stored = async () => predictions(store).count();

  it('moves each record into the store once', async () => {
    const log = open();
    expect(log.add(Array.from({ length: 1_200 }, (_, i) => record(`p${i}`)))).toBe(true);
    await Promise.all([log.flush(), log.flush()]);
    expect(await stored()).toBe(1_200);
    expect(log.waiting).toEqual({ bytes: 0, dropped: 0 });
    expect(readdirSync(spool)).toEqual([]);
    await log.close();
  });

  it('keeps records while the store is unavailable, and moves them once it is back', async () => {
    let unavailable = true;
    const collection = store.collection.bind(store);
    const flaky = Object.create(store) as Store;
    flaky.collection = ((...args: Parameters<Store['collection']>) => ({
      ...collection(...args),
      insertMany: async (documents: readonly { id: string }[]) => {
        if (unavailable) throw new Error('unavailable');
        return collection(...args).insertMany(documents);
      },
    })) as Store['collection'];
    const log = open({ store: flaky });
    log.add([record('a')]);
    await log.flush();
    log.add([record('b')]);
    await log.flush();
    expect(await stored()).toBe(0);
    expect(log.waiting.bytes).toBeGreaterThan(0);
    unavailable = false;
    await log.flush();
    expect(await stored()).toBe(2);
    await log.close();
  });

  it('is bounded: records that do not fit are not acknowledged, and are counted', async () => {
    const one = JSON.stringify(record('p0')).length + 1;
    const log = open({ maxBytes: 3 * one });
    expect(log.add(['p0', 'p1', 'p2'].map(record))).toBe(true);
    expect(log.add([record('p3')])).toBe(false);
    expect(log.waiting.dropped).toBe(1);
    await log.flush();
    expect(log.add([record('p4')])).toBe(true);
    await log.close();
    expect(await stored()).toBe(4);
  });

  it('deletes predictions older than the retention period', async () => {
    const at = (days: number) =>
      new Date(Date.parse('2026-03-01T00:00:00Z') - days * 86_400_000).toISOString();
    await predictions(store).insertMany(
      [0, 29, 31, 400].map((days) => ({ ...record(`d${days}`), at: at(days) })),
    );
    const clock = manualClock(Date.parse(at(0)));
    const log = open({ keepDays: 30, clock, everyMs: 1_000 });
    await clock.advance(1_000);
    await expect.poll(stored).toBe(2);
    await log.close();
  });

  it('loses no acknowledged record when the process is killed, and stores none twice', async () => {
    const module = fileURLToPath(new URL('../../serving/runtime/spool.ts', import.meta.url));
    const acknowledged = join(folder, 'acknowledged');
    const script = `
      import { openSpool } from ${JSON.stringify(module)};
      import { appendFileSync } from 'node:fs';
      const spool = openSpool(${JSON.stringify(spool)}, 1e9);
      for (let i = 0; ; i++) {
        const record = { ...${JSON.stringify(record('x'))}, id: 'p' + i };
        if (spool.append(JSON.stringify(record))) appendFileSync(${JSON.stringify(acknowledged)}, record.id + '\\n');
        if (i === 50) console.log('going');
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const acknowledgedIds = readFileSync(acknowledged, 'utf8').split('\n').slice(0, -1);
    expect(acknowledgedIds.length).toBeGreaterThan(50);
    // As if it had died between storing records and deleting the segment: the first ones are already stored.
    await predictions(store).insertMany(acknowledgedIds.slice(0, 20).map(record));
    const log = open();
    await log.flush();
    const found = new Set<string>();
    for await (const { id } of predictions(store).all()) found.add(id);
    expect(acknowledgedIds.filter((id) => !found.has(id))).toEqual([]);
    // At most the one line that was written but not yet acknowledged.
    expect(found.size - acknowledgedIds.length).toBeLessThanOrEqual(1);
    expect(readdirSync(spool)).toEqual([]);
    await log.close();
  });

  it('reads the complete lines of a segment that was cut at any byte', async () => {
    const text = ['a', 'b', 'c'].map((id) => `${JSON.stringify(record(id))}\n`).join('');
    for (let cut = 0; cut <= text.length; cut += 7) {
      const dead = openSpool(spool, 1e6);
      // No process has this id, so the segment is an orphan.
      writeFileSync(join(spool, `999999999-0123456789abcdef-${cut}.jsonl`), text.slice(0, cut));
      const lines: string[] = [];
      await dead.drain(async (taken) => {
        lines.push(...taken);
      });
      expect(lines).toEqual(text.slice(0, cut).split('\n').slice(0, -1));
      dead.close();
    }
  });

  it('leaves the segments of a running process alone', async () => {
    const living = join(spool, `${process.ppid}-0123456789abcdef-000000000.jsonl`);
    const log = open();
    writeFileSync(living, `${JSON.stringify(record('a'))}\n`);
    await log.flush();
    expect(await stored()).toBe(0);
    expect(readdirSync(spool)).toHaveLength(1);
    await log.close();
  });
});
