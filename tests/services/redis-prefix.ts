import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll } from 'vitest';

const made: { url: string; prefix: string }[] = [];

/** A new prefix on a shared Redis; its keys are deleted after the tests of the file. */
export function freshPrefix(url: string): string {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  made.push({ url, prefix });
  return prefix;
}

afterAll(async () => {
  for (const { url, prefix } of made.splice(0)) {
    const client = new Redis(url);
    const keys = await client.keys(`${prefix}:*`);
    if (keys.length > 0) await client.unlink(keys);
    await client.quit();
  }
});
