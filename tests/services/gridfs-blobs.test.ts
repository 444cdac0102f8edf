import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Binary, GridFSBucket } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { blobsConformance } from '../conformance/blobs.ts';
import { collect } from '../conformance/tools.ts';
import { freshDatabase, withDriver } from './mongodb-database.ts';
import { serviceUrl, startProxy } from './real.ts';

const url = serviceUrl('mongodb');

describe.skipIf(!url)('GridFS (needs scripts/services.sh start mongodb)', () => {
  blobsConformance('gridfs', async () => openGridfsBlobs({ url: freshDatabase(url!) }));

  const bytes = Buffer.from(Uint8Array.from({ length: 600_000 }, (_, i) => (i * 31) % 251));

  it('writes files that any GridFS client can read', async () => {
    const database = freshDatabase(url!);
    const blobs = openGridfsBlobs({ url: database });
    const { hash } = await blobs.put(bytes);
    await withDriver(database, async (client) => {
      const bucket = new GridFSBucket(client.db(), { bucketName: 'Blobs' });
      expect(Buffer.compare(await buffer(bucket.openDownloadStreamByName(hash)), bytes)).toBe(0);
    });
    await blobs.close();
  });

  it.each([
    ['changed', { $set: { data: new Binary(Buffer.from('x')) } }],
    ['missing', null],
  ])('reports a blob with a %s chunk as damaged until it is stored again', async (_, change) => {
    const database = freshDatabase(url!);
    const blobs = openGridfsBlobs({ url: database });
    const { hash } = await blobs.put(bytes);
    await withDriver(database, async (client) => {
      const chunks = client.db().collection('Blobs.chunks');
      if (change) await chunks.updateOne({ n: 1 }, change);
      else await chunks.deleteOne({ n: 1 });
    });
    const damaged = { code: 'INTERNAL', details: { damaged: hash } };
    await expect(blobs.get(hash)).rejects.toMatchObject(damaged);
    await expect(blobs.stream(hash).then(buffer)).rejects.toMatchObject(damaged);
    await blobs.put(bytes);
    expect(Buffer.compare(await blobs.get(hash), bytes)).toBe(0);
    await blobs.close();
  });

  it('leaves no chunks of deleted, duplicate or failed uploads', async () => {
    const database = freshDatabase(url!);
    const blobs = openGridfsBlobs({ url: database });
    await blobs.put(bytes);
    const { hash } = await blobs.put(bytes);
    await expect(blobs.put(Buffer.alloc(6_000_000), { maxBytes: 5_900_000 })).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
    });
    const counts = () =>
      withDriver(database, (client) =>
        Promise.all(
          ['files', 'chunks'].map((name) => client.db().collection(`Blobs.${name}`).countDocuments()),
        ),
      );
    expect(await counts()).toEqual([1, 3]);
    await blobs.delete(hash);
    expect(await counts()).toEqual([0, 0]);
    await blobs.close();
  });

  it('shows nothing of an upload that lost its connection, and accepts it once the connection is back', async () => {
    const { hostname, port } = new URL(url!);
    const proxy = await startProxy(Number(port));
    const database = freshDatabase(url!);
    const through = `mongodb://${hostname}:${proxy.port}${new URL(database).pathname}`;
    const blobs = openGridfsBlobs({
      url: `${through}?serverSelectionTimeoutMS=500&heartbeatFrequencyMS=500`,
    });
    const part = Buffer.alloc(5_000_000, 'part');
    const cutOff = Readable.from(
      (async function* () {
        yield part;
        await proxy.cut();
        yield part;
      })(),
    );
    await expect(blobs.put(cutOff)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { setting: 'TOUCHLINE_BLOBS' },
    });
    await proxy.heal();
    const { hash } = await blobs.put(part);
    expect(await collect(blobs.list())).toEqual([hash]);
    expect(await blobs.get(hash)).toHaveLength(part.length);
    await blobs.close();
    await proxy.close();
  });

  it('removes what a crash left behind, but no upload in progress', async () => {
    const database = freshDatabase(url!);
    const blobs = openGridfsBlobs({ url: database });
    await blobs.put('x');
    await withDriver(database, async (client) => {
      const files = client.db().collection('Blobs.files');
      const days = (ago: number) => new Date(Date.now() - ago * 86_400_000);
      await files.insertOne({ filename: 'incoming/old', uploadDate: days(2) });
      await files.insertOne({ filename: 'incoming/new', uploadDate: days(0) });
      await openGridfsBlobs({ url: database }).has('0'.repeat(64));
      expect(await files.distinct('filename', { filename: /incoming/ })).toEqual(['incoming/new']);
    });
    await blobs.close();
  });
});
