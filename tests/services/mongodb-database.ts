import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll } from 'vitest';

const created: string[] = [];

/** The URL of a new database on a server; it is dropped after the tests of the file. */
export function freshDatabase(url: string): string {
  const database = `${url}/test_${randomBytes(6).toString('hex')}`;
  created.push(database);
  return database;
}

/** Runs `work` with the driver itself on the database of a URL. */
export async function withDriver<R>(url: string, work: (client: MongoClient) => Promise<R>): Promise<R> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

afterAll(async () => {
  for (const url of created.splice(0)) await withDriver(url, (client) => client.db().dropDatabase());
});
