import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Shot } from '../../datasets/records/shot.ts';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';
import { acceptRecords } from '../../etl/accept-records.ts';
import type { BronzeUnit } from '../../etl/bronze.ts';
import type { Reject } from '../../etl/rejects.ts';
import { runEtl } from '../../etl/run-etl.ts';
import { shots } from '../../pipelines/shots.ts';
import { contents, openWorkspace, type Row, shotRows, toCsv, type Workspace } from './fixtures.ts';

let place: Workspace;
let rows: Row[];
beforeEach(() => {
  place = openWorkspace();
  rows = shotRows();
});
afterEach(() => place.close());

const plan = shots.etl;
const run = (name: string, options = {}) =>
  runEtl(plan, place.path(name), { store: place.store, blobs: place.blobs, ...options });

describe('runEtl', () => {
  it('keeps bronze as received, silver as records and gold as rows', async () => {
    const csv = toCsv(rows);
    writeFileSync(place.path('shots.csv'), csv);
    const report = await run('shots.csv');
    expect(report).toMatchObject({ read: 40, accepted: 40, rejected: 0, duplicates: 0, rejects: [] });

    const [unit] = await contents<BronzeUnit>(place.store, 'bronze');
    expect(unit).toMatchObject({
      product: 'shots',
      key: 'shots.csv',
      status: 'done',
      read: 40,
      accepted: 40,
    });
    expect(Buffer.from(await place.blobs.get(unit.parts[0].blob)).toString()).toBe(csv);

    const gold = await contents<GoldRow>(place.store, 'gold_shots');
    expect(gold).toHaveLength(40);
    const first = gold.find((row) => row.id === `0022500001-${rows[0]['Game Event ID']}`)!;
    const minutes = Number(rows[0]['Minutes Remaining']);
    expect(first).toMatchObject({
      group: '0022500001',
      order: '2025-10-21/0022500001',
      target: Number(rows[0]['Shot Made Flag']),
      inputs: { player_rate: { player: rows[0]['Player ID'] } },
    });
    expect(first.values[0]).toBeCloseTo(Number(rows[0]['Shot Distance']) * 0.3048, 12);
    expect(first.values[3]).toBe(60 * minutes + Number(rows[0]['Seconds Remaining']));
    // The 22 columns do not hold the margin.
    expect(first.values[4]).toBeNull();
  });

  it('recognises gzip by its first bytes and reads every format of a folder', async () => {
    mkdirSync(place.path('in'));
    writeFileSync(place.path('in', 'a.csv'), gzipSync(toCsv(rows.slice(0, 10))));
    writeFileSync(place.path('in', 'b.json'), JSON.stringify(rows.slice(10, 20)));
    writeFileSync(
      place.path('in', 'c.jsonl.gz'),
      gzipSync(
        rows
          .slice(20, 40)
          .map((row) => JSON.stringify(row))
          .join('\n'),
      ),
    );
    writeFileSync(place.path('in', 'readme.txt'), 'not data');
    const warnings: string[] = [];
    const report = await run('in', { log: { warn: (message: string) => warnings.push(message) } });
    expect(report).toMatchObject({ read: 40, accepted: 40 });
    expect(warnings.join()).toContain('readme.txt');
  });

  it('is safe to rerun, and takes in only the new records of a file that grew', async () => {
    writeFileSync(place.path('shots.csv'), toCsv(rows.slice(0, 30)));
    await run('shots.csv');
    const before = [await contents(place.store, 'silver_shots'), await contents(place.store, 'gold_shots')];
    const again = await run('shots.csv');
    expect(again).toMatchObject({ read: 30, accepted: 0, rejected: 0, duplicates: 30 });
    expect([await contents(place.store, 'silver_shots'), await contents(place.store, 'gold_shots')]).toEqual(
      before,
    );

    writeFileSync(place.path('shots.csv'), toCsv(rows));
    expect(await run('shots.csv')).toMatchObject({ read: 40, accepted: 10, duplicates: 30 });
  });

  it('counts duplicates within and across files, and rejects contradicting records', async () => {
    const contradiction = { ...rows[1], 'Shot Made Flag': rows[1]['Shot Made Flag'] === '1' ? '0' : '1' };
    mkdirSync(place.path('in'));
    writeFileSync(place.path('in', 'a.csv'), toCsv([rows[0], rows[1], rows[0]]));
    writeFileSync(place.path('in', 'b.csv'), toCsv([rows[1], contradiction, rows[2]]));
    const report = await run('in');
    expect(report).toMatchObject({ read: 6, accepted: 3, duplicates: 2, rejected: 1 });
    expect(report.rejects).toEqual([
      { reason: 'a record with this id but different content is already stored', count: 1 },
    ]);
    const [reject] = await contents<Reject>(place.store, 'rejects_shots');
    expect(reject).toMatchObject({ key: 'b.csv', line: 3, source: 'files' });
    const kept = (await contents<GoldRow>(place.store, 'gold_shots')).find((row) =>
      row.id.endsWith(`-${rows[1]['Game Event ID']}`),
    );
    expect(kept?.target).toBe(Number(rows[1]['Shot Made Flag']));
  });

  it('stops at a limit and takes in the remaining records later', async () => {
    writeFileSync(place.path('shots.csv'), toCsv(rows));
    expect(await run('shots.csv', { limit: 15 })).toMatchObject({ read: 15, accepted: 15 });
    expect(await run('shots.csv', { limit: 15 })).toMatchObject({ read: 15, accepted: 0, duplicates: 15 });
    expect(await run('shots.csv')).toMatchObject({ read: 40, accepted: 25, duplicates: 15 });
    expect(await run('shots.csv', { limit: 15 })).toMatchObject({ read: 15, duplicates: 15 });
    expect(await run('shots.csv')).toMatchObject({ read: 40, accepted: 0, duplicates: 40 });
    expect(await place.store.collection('gold_shots').count()).toBe(40);
  });

  it('stores all records of a file that exceeds one batch', async () => {
    const many = shotRows(7, 200);
    writeFileSync(place.path('shots.csv'), toCsv(many));
    expect(await run('shots.csv')).toMatchObject({ read: 1_400, accepted: 1_400 });
    expect(await place.store.collection('gold_shots').count()).toBe(1_400);
  });

  it('rebuilds gold after the feature set changed', async () => {
    writeFileSync(place.path('shots.csv'), toCsv(rows));
    await run('shots.csv');
    const gold = plan.gold;
    const next = {
      ...plan,
      gold: {
        ...gold,
        features: { ...gold.features, version: gold.features.version + 1 },
        build: (records: Parameters<typeof gold.build>[0]) => ({ ...gold.build(records)!, values: [7] }),
      },
    };
    await runEtl(next, place.path('shots.csv'), place);
    const rebuilt = await contents<GoldRow>(place.store, 'gold_shots');
    expect(rebuilt).toHaveLength(40);
    expect(rebuilt.every((row) => row.values[0] === 7)).toBe(true);
  });

  it('stops between units when the signal is aborted, and resumes there', async () => {
    mkdirSync(place.path('in'));
    for (let i = 0; i < 4; i++)
      writeFileSync(place.path('in', `${i}.csv`), toCsv(rows.slice(10 * i, 10 * i + 10)));
    const controller = new AbortController();
    const stopping = run('in', {
      signal: controller.signal,
      progress: ({ done, total }: { done: number; total?: number }) => {
        expect(total).toBe(4);
        if (done === 2) controller.abort();
      },
    });
    await expect(stopping).rejects.toThrow(/abort/i);
    expect(await run('in')).toMatchObject({ read: 40, accepted: 20, duplicates: 20 });
  });

  it('accepts single records in addition to files', async () => {
    writeFileSync(place.path('shots.csv'), toCsv(rows));
    await run('shots.csv');
    const [silver] = await contents<{ id: string; record: Shot }>(place.store, 'silver_shots');
    const fresh = { ...silver.record, id: '0022500009-1', game: '0022500009', event: 1 };
    const twice = [silver.record, fresh];
    expect(await acceptRecords(plan, twice, 'page', place)).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(await acceptRecords(plan, twice, 'page', place)).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(await place.store.collection('gold_shots').count()).toBe(41);
  });
});
