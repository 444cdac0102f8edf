import { describe, expect, it } from 'vitest';
import { name, run } from '../../bench/queue.ts';
import { serviceUrl } from './real.ts';

describe.skipIf(!serviceUrl('redis'))('bench queue (needs scripts/services.sh start redis)', () => {
  it('measures our queues and BullMQ alone', async () => {
    const result = await run({ smoke: true, python: undefined });
    expect(result).toMatchObject({ name, unit: 'jobs completed per second' });
    expect(result.systems.map(({ system }) => system)).toEqual([
      'touchline on BullMQ',
      'BullMQ alone',
      'touchline on its store',
    ]);
    expect(result.ratio).toBeGreaterThan(0);
  });
});
