import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll } from 'vitest';

const made: string[] = [];

/** The URL of a database of one's own on a server; it is dropped when the tests of the file have ended. */
export function freshDatabase(url: string): string {
  const named = `${url}/test_${randomBytes(6).toString('hex')}`;
  made.push(named);
  return named;
}

/** Works with the driver itself on the database of a URL. */
export async function withDriver<R>(url: string, work: (client: MongoClient) => Promise<R>): Promise<R> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

afterAll(async () => {
  for (const url of made.splice(0)) await withDriver(url, (client) => client.db().dropDatabase());
});
