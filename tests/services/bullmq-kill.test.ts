import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBullmqQueue } from '../../platform/queue/bullmq/bullmq-queue.ts';
import type { Job } from '../../platform/queue/queue.ts';
import { seeded } from '../../platform/random.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';
import { serviceUrl } from './real.ts';
import { freshPrefix } from './redis-prefix.ts';

const url = serviceUrl('redis');
const KILLS = process.env.TOUCHLINE_LONG === '1' ? 200 : 5;
/** Jobs added for each kill, so that there is always work; each parent depends on two of them. */
const LEAVES = 16;
const PARENTS = 4;
const RECOVERED_MS = 75_000;
const SCRIPT = join(import.meta.dirname, '../faults/work-jobs.ts');

/** A process that runs jobs until it is killed. */
function start(args: string[]) {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const working = new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    working,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe.skipIf(!url)(
  'workers on Redis that are killed at random (needs scripts/services.sh start redis)',
  () => {
    it(
      `lose no job and start none that is done, after ${KILLS} kills`,
      async () => {
        const folder = temporaryFolder();
        const path = join(folder, 'touchline.db');
        const notes = join(folder, 'notes');
        const prefix = freshPrefix(url as string);
        const random = seeded(9, 'kills');
        const store = openSqliteStore({ path });
        const queue = openBullmqQueue({ store, url: url as string, prefix });
        onTestFinished(async () => {
          await queue.close();
          await store.close();
        });
        const all: { job: Job; dependsOn: string[] }[] = [];
        const addSome = async (round: number) => {
          const leaves: Job[] = [];
          for (let i = 0; i < LEAVES; i++)
            leaves.push(await queue.add('note', i, { key: `leaf ${round}.${i}` }));
          for (let i = 0; i < PARENTS; i++) {
            const dependsOn = [leaves[i].id, leaves[LEAVES - 1 - i].id];
            all.push({
              job: await queue.add('note', i, { dependsOn, key: `parent ${round}.${i}` }),
              dependsOn,
            });
          }
          all.push(...leaves.map((job) => ({ job, dependsOn: [] })));
        };

        const open = () => start([path, notes, url as string, prefix]);
        const workers = [open(), open()];
        for (let kills = 0; kills < KILLS; kills++) {
          await addSome(kills);
          const victim = random.integer(workers.length);
          await workers[victim].working;
          await new Promise((resolve) => setTimeout(resolve, random.uniform() * 200));
          await workers[victim].kill();
          workers[victim] = open();
        }
        const lastKill = performance.now();
        await eventually(async () => (await queue.counts()).done === all.length, RECOVERED_MS);
        expect(performance.now() - lastKill).toBeLessThan(RECOVERED_MS);
        await Promise.all(workers.map((worker) => worker.kill()));

        const starts = new Map<string, number[]>();
        for (const line of readFileSync(notes, 'utf8').trim().split('\n')) {
          const [id, at] = line.split(' ');
          starts.set(id, [...(starts.get(id) ?? []), Number(at)]);
        }
        const finished = new Map<string, number>();
        for (const { id } of all.map(({ job }) => job)) {
          const job = await queue.get(id);
          expect(job).toMatchObject({ state: 'done', result: id });
          const end = Date.parse(job?.finishedAt ?? '');
          finished.set(id, end);
          for (const at of starts.get(id) ?? [Number.NaN])
            expect(at, 'started when done').toBeLessThanOrEqual(end);
        }
        for (const { job, dependsOn } of all)
          for (const dependency of dependsOn)
            expect(Math.min(...(starts.get(job.id) ?? []))).toBeGreaterThanOrEqual(
              finished.get(dependency) ?? 0,
            );
      },
      60_000 + 10_000 * KILLS,
    );
  },
);
