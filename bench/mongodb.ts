import { randomBytes } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import { seeded } from '../platform/random.ts';
import { openMongoStore } from '../platform/store/mongodb/store.ts';
import { serviceUrl } from '../tests/services/real.ts';
import { type BenchOptions, type BenchResult, median } from './bench.ts';
import { environment } from './environment.ts';

export const name = 'mongodb';

/** The indexes of the silver documents of shots. */
const INDEXES = [['row'], ['unit']];

/** A silver document as ETL writes it: a shot with its origin. */
function silver(count: number) {
  const random = seeded(7, 'bench mongodb');
  return Array.from({ length: count }, (_, i) => ({
    id: `shots/season-2026.csv/${i}`,
    row: `row-${i}`,
    unit: `unit-${Math.floor(i / 500)}`,
    record: {
      ...{
        player: `player ${random.integer(400)}`,
        team: `T${random.integer(30)}`,
        period: random.integer(4) + 1,
      },
      ...{ distance: random.uniform() * 30, x: random.normal() * 12, y: random.uniform() * 40 },
      ...{ clock: random.integer(720), margin: random.integer(40) - 20, home: random.uniform() < 0.5 },
      ...{ action: 'Jump Shot', zone: 'Mid-Range', made: random.uniform() < 0.46, defender: null },
    },
    quality: { complete: true, checks: ['range', 'schema', 'duplicate'] },
    at: new Date(Date.UTC(2026, 0, 1) + i * 1_000).toISOString(),
  }));
}

interface Cost {
  ms: number;
  /** CPU time of this process, without the server's. */
  cpuMs: number;
}

async function cost(task: () => Promise<unknown>): Promise<Cost> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await task();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1_000 };
}

/** Rows per second into a new collection: the store's bulk insert, and the driver's with the same rows and indexes. */
export async function run({ smoke }: BenchOptions): Promise<BenchResult> {
  const unit = 'rows per second';
  const server = serviceUrl('mongodb');
  if (!server)
    return {
      ...{ name, unit, systems: [], ratio: null, environment: environment() },
      notes: ['Nothing was measured: scripts/services.sh start mongodb.'],
    };
  const rows = silver(smoke ? 500 : 4_000);
  const url = `${server}/bench_${randomBytes(4).toString('hex')}`;
  const store = openMongoStore({ url });
  // The same durability as the store's writes.
  const client = new MongoClient(url, { writeConcern: { w: 'majority', journal: true } });
  const database = client.db();
  let fresh = 0;

  async function ours(): Promise<Cost> {
    const collection = store.collection<(typeof rows)[number]>(`ours_${fresh++}`, { indexes: INDEXES });
    await collection.count();
    return cost(() => collection.insertMany(rows));
  }

  async function driver(): Promise<Cost> {
    const collection = (database as Db).collection(`driver_${fresh++}`);
    await collection.createIndexes(INDEXES.map(([path]) => ({ key: { [path]: 1, _id: 1 } })));
    return cost(() => collection.insertMany(rows.map((row) => ({ ...row, _id: row.id as never }))));
  }

  const measured = { touchline: [] as Cost[], driver: [] as Cost[] };
  try {
    // The first pair is a warm-up; then they alternate, and neither always goes first.
    for (let i = 0; i < (smoke ? 1 : 12); i++) {
      const pair = async (first: boolean) =>
        first ? measured.touchline.push(await ours()) : measured.driver.push(await driver());
      await pair(i % 2 === 0);
      await pair(i % 2 === 1);
      if (i === 0 && !smoke) measured.touchline.length = measured.driver.length = 0;
      for (const { name: old } of await database.listCollections().toArray())
        await database.dropCollection(old);
    }
  } finally {
    await database.dropDatabase();
    await client.close();
    await store.close();
  }
  const rate = (costs: Cost[]) => rows.length / (median(costs.map(({ ms }) => ms)) / 1_000);
  const cpu = (costs: Cost[]) => (1_000 * median(costs.map(({ cpuMs }) => cpuMs))) / rows.length;
  return {
    name,
    unit,
    systems: [
      { system: 'touchline', value: rate(measured.touchline), 'client µs per row': cpu(measured.touchline) },
      {
        system: 'driver insertMany',
        value: rate(measured.driver),
        'client µs per row': cpu(measured.driver),
      },
    ],
    ratio: median(measured.touchline.map(({ ms }, i) => measured.driver[i].ms / ms)),
    notes: [`${rows.length} rows; the ratio is our rate divided by the driver's; the goal is at least 0.8.`],
    environment: environment(),
  };
}
