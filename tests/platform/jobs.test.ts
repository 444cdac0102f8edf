import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineJob, jobHandler } from '../../platform/jobs.ts';
import type { JobContext } from '../../platform/queue/queue.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { eventually } from '../conformance/tools.ts';

const train = defineJob({
  kind: 'train',
  payload: z.strictObject({ product: z.string(), seed: z.int().default(42) }),
  result: z.strictObject({ hash: z.string().length(4) }),
});
const context = {} as JobContext;

it('adds a job only if its payload fits the schema', async () => {
  const queue = openStoreQueue({ store: openSqliteStore({ path: ':memory:' }) });
  expect(await train.add(queue, { product: 'shots' }, { key: 'k' })).toMatchObject({
    kind: 'train',
    payload: { product: 'shots' },
  });
  await expect(train.add(queue, { product: 1 } as never)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/payload of job 'train'.*product/),
    details: { fields: [{ field: 'product' }] },
  });
  expect(await queue.list()).toHaveLength(1);
});

it('parses the payload for the handler, and checks its result', async () => {
  const handler = jobHandler(train, async ({ product, seed }) => ({ hash: `${product[0]}-${seed}` }));
  expect(await handler({ product: 'shots' }, context)).toEqual({ hash: 's-42' });
  await expect(handler({ seed: 1 }, context)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(handler({ product: 'shots', seed: 7 }, context)).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringMatching(/result of job 'train'.*hash/),
  });
});

it('runs jobs from a queue, and does not retry one whose payload does not fit', async () => {
  const queue = openStoreQueue({ store: openSqliteStore({ path: ':memory:' }) });
  const good = await train.add(queue, { product: 'shots', seed: 10 });
  const bad = await queue.add('train', { produkt: 'shots' });
  queue.work({ train: jobHandler(train, async ({ seed }) => ({ hash: `x-${seed}` })) }, { pollMs: 5 });
  await eventually(async () => (await queue.get(bad.id))?.state === 'dead');
  expect(await queue.get(good.id)).toMatchObject({ state: 'done', result: { hash: 'x-10' } });
  expect(await queue.get(bad.id)).toMatchObject({ attempt: 1, error: { code: 'INVALID_INPUT' } });
  await queue.close();
});
