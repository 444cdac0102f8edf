import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reject } from '../../etl/rejects.ts';
import { runEtl } from '../../etl/run-etl.ts';
import { shots } from '../../pipelines/shots.ts';
import { DEFAULTS } from '../../platform/defaults.ts';
import { contents, openWorkspace, type Row, shotRows, toCsv, type Workspace } from './fixtures.ts';

let place: Workspace;
beforeEach(() => {
  place = openWorkspace();
  mkdirSync(place.path('in'));
});
afterEach(() => place.close());

const plan = shots.etl;
const rows = shotRows(3, 300);
const run = (name: string, options = {}) =>
  runEtl(plan, place.path(name), { store: place.store, blobs: place.blobs, ...options });
const write = (name: string, content: string | Uint8Array) => writeFileSync(place.path('in', name), content);

async function expectNothingStored() {
  expect(await place.store.collection('silver_shots').count()).toBe(0);
  expect(await place.store.collection('gold_shots').count()).toBe(0);
}

describe('an unreadable source is an error with its cause, and stores nothing', () => {
  const whole = Buffer.from(toCsv(rows));
  const latin = Buffer.from(toCsv(rows.map((row) => ({ ...row, 'Player Name': 'José Ibáñez' }))), 'latin1');
  const halves = whole.length / 2;
  const cases: [string, string, string | Uint8Array, string, RegExp][] = [
    ['an empty file', 'shots.csv', '', 'INVALID_FORMAT', /shots\.csv is empty/],
    [
      'a header without the required columns',
      'shots.csv',
      'a,b\n',
      'INVALID_FORMAT',
      /lacks the columns Game ID/,
    ],
    ['a truncated gzip', 'shots.csv.gz', gzipSync(whole).subarray(0, 9_000), 'INVALID_FORMAT', /cut off/],
    [
      'an image named .csv',
      'shots.csv',
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      'INVALID_FORMAT',
      /byte 0 /,
    ],
    ['Latin-1', 'shots.csv', latin, 'INVALID_FORMAT', new RegExp(`byte ${latin.indexOf(0xe9)} `)],
    [
      'UTF-16',
      'shots.csv',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b', 'utf16le')]),
      'INVALID_FORMAT',
      /UTF-16/,
    ],
    [
      'a header that lacks a column',
      'shots.csv',
      toCsv(rows.map(({ Period: _, ...row }) => row)),
      'INVALID_FORMAT',
      /lacks the column Period/,
    ],
    ['semicolons', 'shots.csv', toCsv(rows).replaceAll(',', ';'), 'INVALID_FORMAT', /separated by commas/],
    [
      'an unclosed quote far into the file',
      'shots.csv',
      `${whole}"open`,
      'INVALID_FORMAT',
      /not valid CSV near line/,
    ],
    [
      'JSON that is truncated far into the file',
      'shots.json',
      JSON.stringify(rows).slice(0, -20),
      'INVALID_FORMAT',
      /ends within its array/,
    ],
    [
      'a damaged second half',
      'shots.csv',
      Buffer.concat([whole.subarray(0, halves), Buffer.from([0xff]), whole.subarray(halves)]),
      'INVALID_FORMAT',
      new RegExp(`byte ${Math.floor(halves)} `),
    ],
    ['another format', 'shots.xlsx', 'PK', 'INVALID_FORMAT', /Accepted: .*play-by-play/],
  ];
  it.each(cases)('%s', async (_, name, content, code, message) => {
    write(name, content);
    await expect(run(`in/${name}`)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expectNothingStored();
  });

  it('a path without a file', async () => {
    await expect(run('absent.csv')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('an empty folder', async () => {
    await expect(run('in')).rejects.toMatchObject({ code: 'INVALID_FORMAT' });
  });

  it('a file of 2 GB, which is rejected for its size before it is read', async () => {
    write('shots.csv', toCsv(rows));
    truncateSync(place.path('in', 'shots.csv'), 2 * 1024 ** 3);
    await expect(run('in/shots.csv')).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      details: { bytes: 2 * 1024 ** 3, limit: DEFAULTS.maxEtlFileBytes },
    });
    await expectNothingStored();
    expect(await place.store.collection('bronze').count()).toBe(0);
  });

  it('a small gzip that exceeds the limit once unpacked', async () => {
    write('shots.csv.gz', gzipSync(Buffer.concat([whole, Buffer.alloc(4_000_000, 'a,')])));
    await expect(run('in/shots.csv.gz', { maxBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
    });
    await expectNothingStored();
  });
});

describe('an unreadable file of a folder is one reject', () => {
  it('and the other files are read, also in a rerun', async () => {
    write('a.csv', toCsv(rows.slice(0, 10)));
    write('b.csv.gz', gzipSync(toCsv(rows)).subarray(0, 5_000));
    write('c.csv', 'x,y\n1,2\n');
    const expected = {
      read: 12,
      rejected: 2,
      rejects: [{ reason: 'the file cannot be read (INVALID_FORMAT)', count: 2 }],
    };
    expect(await run('in')).toMatchObject({ ...expected, accepted: 10 });
    expect(await run('in')).toMatchObject({ ...expected, accepted: 0, duplicates: 10 });
    const kept = await contents<Reject>(place.store, 'rejects_shots');
    expect(kept.map(({ key, line }) => [key, line]).sort()).toEqual([
      ['b.csv.gz', 0],
      ['c.csv', 0],
    ]);
    expect(kept.find(({ key }) => key === 'c.csv')!.detail).toMatch(/lacks the columns/);
  });
});

describe('an invalid record is a reject with its line and text', () => {
  const shift = (row: Row): Row => {
    const names = Object.keys(row);
    return Object.fromEntries(names.map((name, i) => [name, i === 0 ? '' : row[names[i - 1]]]));
  };
  const cases: [string, (row: Row) => Row, RegExp][] = [
    ['NaN', (row) => ({ ...row, 'Shot Distance': 'NaN' }), /Shot Distance: is not a finite number/],
    ['infinite', (row) => ({ ...row, 'X Location': 'Infinity' }), /X Location: is not a finite number/],
    ['text for a number', (row) => ({ ...row, Period: 'second' }), /Period: is not a finite number/],
    [
      'out of range',
      (row) => ({ ...row, 'Minutes Remaining': '13' }),
      /Minutes Remaining: is not between 0 and 12/,
    ],
    ['no outcome', (row) => ({ ...row, 'Shot Made Flag': '' }), /Shot Made Flag/],
    ['another outcome', (row) => ({ ...row, 'Shot Made Flag': '2' }), /Shot Made Flag: is neither 0 nor 1/],
    ['no game', (row) => ({ ...row, 'Game ID': '' }), /Game ID/],
    ['values shifted by one column', shift, /: /],
    ['a wrong date', (row) => ({ ...row, 'Game Date': 'January' }), /Game Date/],
  ];
  it.each(cases)('%s', async (_, spoil, reason) => {
    write('shots.csv', toCsv([rows[0], spoil(rows[1]), rows[2]]));
    const report = await run('in/shots.csv');
    expect(report).toMatchObject({ read: 3, accepted: 2, rejected: 1 });
    expect(report.rejects[0].reason).toMatch(reason);
    const [reject] = await contents<Reject>(place.store, 'rejects_shots');
    expect(reject).toMatchObject({ key: 'shots.csv', line: 3, reason: report.rejects[0].reason });
    expect(reject.raw).toContain(rows[1]['Action Type']);
  });

  it('a line with too many or too few fields', async () => {
    const lines = toCsv(rows.slice(0, 4)).split('\n');
    lines[2] = `x,${lines[2]}`;
    lines[3] = lines[3].slice(lines[3].indexOf(',') + 1);
    write('shots.csv', lines.join('\n'));
    const report = await run('in');
    expect(report).toMatchObject({ read: 4, accepted: 2, rejected: 2 });
    expect(report.rejects).toEqual([
      { reason: 'the line has a different number of fields than the header', count: 2 },
    ]);
  });

  it('missing numbers are not a reject but unknown values', async () => {
    write('shots.csv', toCsv([{ ...rows[0], 'Shot Distance': '', 'Y Location': '', Period: '' }]));
    expect(await run('in')).toMatchObject({ read: 1, accepted: 1 });
    const [row] = await contents<{ id: string; values: (number | null)[] }>(place.store, 'gold_shots');
    expect([row.values[0], row.values[2], row.values[7]]).toEqual([null, null, null]);
  });

  it('JSON values that are not rows', async () => {
    write('a.json', JSON.stringify([rows[0], 7, null, [], { 'Game ID': 'x' }]));
    write('b.jsonl', `${JSON.stringify(rows[1])}\n{"cut":\n${JSON.stringify(rows[2])}\n`);
    const report = await run('in');
    expect(report).toMatchObject({ read: 8, accepted: 3, rejected: 5 });
    expect(report.rejects).toContainEqual({ reason: 'the line is not JSON', count: 1 });
  });

  it('a rerun stores the same rejects', async () => {
    write('shots.csv', toCsv([rows[0], { ...rows[1], Period: '0' }]));
    await run('in');
    const before = await contents(place.store, 'rejects_shots');
    expect(await run('in')).toMatchObject({ read: 2, accepted: 0, duplicates: 1, rejected: 1 });
    expect(await contents(place.store, 'rejects_shots')).toEqual(before);
  });
});
