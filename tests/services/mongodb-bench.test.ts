import { describe, expect, it } from 'vitest';
import { name, run } from '../../bench/mongodb.ts';
import { serviceUrl } from './real.ts';

describe.skipIf(!serviceUrl('mongodb'))('bench mongodb (needs scripts/services.sh start mongodb)', () => {
  it('measures bulk inserts against those of the driver', async () => {
    const result = await run({ smoke: true, python: undefined });
    expect(result).toMatchObject({ name, unit: 'rows per second' });
    expect(result.systems.map(({ system }) => system)).toEqual(['touchline', 'driver insertMany']);
    // Far below the target, since one short run on a busy machine says little.
    expect(result.ratio).toBeGreaterThan(0.2);
  });
});
