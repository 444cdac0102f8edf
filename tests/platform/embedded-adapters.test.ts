import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { hashBytes } from '../../platform/hash.ts';
import { openInbox } from '../../platform/notify/inbox.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { message } from '../conformance/notify.ts';
import { temporaryFolder } from '../conformance/tools.ts';

const memory = () => openSqliteStore({ path: ':memory:' });

describe('a folder of blobs', () => {
  it('reports a damaged blob, read whole or as a stream, until it is stored again', async () => {
    const path = temporaryFolder();
    const blobs = openFolderBlobs({ path });
    const { hash } = await blobs.put('as it was');
    writeFileSync(join(path, hash.slice(0, 2), hash), 'as it is');
    const damaged = { code: 'INTERNAL', message: expect.stringContaining('damaged') };
    await expect(blobs.get(hash)).rejects.toMatchObject(damaged);
    await expect(blobs.stream(hash).then(buffer)).rejects.toMatchObject(damaged);
    await blobs.put('as it was');
    expect(Buffer.from(await blobs.get(hash)).toString()).toBe('as it was');
  });

  it('removes what a crash left behind, but no upload in progress', async () => {
    const path = temporaryFolder();
    await openFolderBlobs({ path }).put('x');
    const incoming = join(path, 'incoming');
    for (const name of ['old', 'new']) writeFileSync(join(incoming, name), 'half');
    const long = Date.now() / 1000 - 3_600;
    utimesSync(join(incoming, 'old'), long, long);
    await openFolderBlobs({ path }).ping();
    expect(readdirSync(incoming)).toEqual(['new']);
  });

  it('fails with the setting to look at where the folder cannot be written', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(openFolderBlobs({ path: file }).put('x')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { setting: 'TOUCHLINE_BLOBS' },
    });
    expect(await openFolderBlobs({ path: file }).has(hashBytes('x'))).toBe(false);
  });
});

describe('the inbox', () => {
  it('remembers who acknowledged an incident until it opens again or gets worse', async () => {
    const inbox = openInbox({ store: memory() });
    const entry = async () => (await inbox.list()).items[0];
    await inbox.send(message());
    const seen = await inbox.acknowledge((await entry()).id, 'expert-1');
    expect(seen.acknowledged).toMatchObject({ by: 'expert-1' });
    await inbox.send(message({ body: 'Still so.' }));
    expect((await entry()).acknowledged).toBeDefined();
    expect((await inbox.list({ acknowledged: false })).items).toHaveLength(0);
    await inbox.send(message({ severity: 'critical' }));
    expect((await entry()).acknowledged).toBeUndefined();
    await inbox.acknowledge(seen.id, 'expert-1');
    await inbox.send(message({ status: 'resolved' }));
    expect((await entry()).acknowledged).toBeDefined();
    await inbox.send(message({ at: '2026-02-01T00:00:00.000Z' }));
    expect(await entry()).toMatchObject({ openedAt: '2026-02-01T00:00:00.000Z', messages: 5 });
    expect((await entry()).acknowledged).toBeUndefined();
    await expect(inbox.acknowledge('unknown', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps a limited history, newest first, and filters by status and severity', async () => {
    const inbox = openInbox({ store: memory() });
    for (let i = 0; i < 25; i++) await inbox.send(message({ title: `t${i}` }));
    await inbox.send(message({ incident: 'other', severity: 'critical', status: 'resolved' }));
    const [entry] = (await inbox.list({ status: 'open' })).items;
    expect(entry.history.map(({ title }) => title).slice(0, 2)).toEqual(['t24', 't23']);
    expect(entry.history).toHaveLength(20);
    expect((await inbox.list({ severity: 'critical' })).items).toMatchObject([{ incident: 'other' }]);
    const { next } = await inbox.list({}, { limit: 1 });
    expect((await inbox.list({}, { limit: 1, cursor: next })).items).toHaveLength(1);
  });
});
