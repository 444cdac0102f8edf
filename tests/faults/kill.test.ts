import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Job } from '../../platform/queue/queue.ts';
import { openStoreQueue } from '../../platform/queue/store-queue.ts';
import { seeded } from '../../platform/random.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { eventually, temporaryFolder } from '../conformance/tools.ts';

/** Starts a script of this folder in a process of its own. `output` returns what it has printed so far. */
function start(script: string, args: string[]) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, script), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout!.on('data', (chunk) => {
    output += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    output: () => output,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('loses no acknowledged write when three writers of one file are killed repeatedly', async () => {
  const path = join(temporaryFolder(), 'touchline.db');
  const random = seeded(7, 'kills');
  const acknowledged: string[] = [];
  let swaps = 0;
  let begun = 0;
  for (let round = 0; round < 5; round++) {
    const names = ['a', 'b', 'c'].map((name) => `${name}${round}`);
    const writers = names.map((name) => ({ name, child: start('write-store.ts', [path, name]) }));
    await eventually(() => writers.every(({ child }) => child.output().includes('swap')));
    for (const { child } of writers) {
      await pause(random.uniform() * 60);
      await child.kill();
    }
    for (const { name, child } of writers) {
      // The last line may be incomplete.
      const lines = child.output().split('\n').slice(0, -1);
      for (const line of lines) {
        const [what, n] = line.split(' ');
        if (what === 'one') acknowledged.push(`${name}-${n}`);
        if (what === 'one') begun++;
        if (what === 'many') for (let i = 0; i < 600; i++) acknowledged.push(`${name}-${n}-${i}`);
        if (what === 'swap') swaps++;
      }
      begun++;
    }
  }
  const store = openSqliteStore({ path });
  const entries = store.collection<{ id: string; n: number; text: string }>('entries', {
    unique: [['text']],
  });
  const stored = new Set<string>();
  for await (const { id, n, text } of entries.all()) {
    expect(text).toBe(`${id}:${n} ${'x'.repeat((n * 31) % 700)}`);
    stored.add(id);
  }
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  const counter = await store.collection<{ id: string; n: number }>('counters').get('shared');
  expect(counter!.n).toBe(counter!._version);
  // Every acknowledged increment is stored. One that was interrupted by a kill may be stored or not.
  expect(counter!.n).toBeGreaterThanOrEqual(swaps);
  expect(counter!.n).toBeLessThanOrEqual(begun);
  expect(acknowledged.length).toBeGreaterThan(1_000);
  await store.close();
}, 120_000);

it('loses no job, and starts no finished one, when workers are killed at random', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'touchline.db');
  const notes = join(folder, 'notes');
  const random = seeded(8, 'kills');
  const queue = openStoreQueue({ store: openSqliteStore({ path }) });
  const leaves: Job[] = [];
  for (let i = 0; i < 160; i++) leaves.push(await queue.add('note', i, { key: `leaf ${i}` }));
  const parents: Job[] = [];
  for (let i = 0; i < 40; i++)
    parents.push(
      await queue.add('note', i, { dependsOn: [leaves[i].id, leaves[159 - i].id], key: `parent ${i}` }),
    );

  const spawn = () => start('work-jobs.ts', [path, notes]);
  const workers = [spawn(), spawn(), spawn()];
  let kills = 0;
  const unfinished = async () => 200 - (await queue.counts()).done;
  while (kills < 12 || (await unfinished()) > 0) {
    const victim = random.integer(workers.length);
    if (kills < 12 && workers[victim].output().includes('working')) {
      await pause(random.uniform() * 60);
      await workers[victim].kill();
      kills++;
      workers[victim] = spawn();
    }
    await pause(20);
  }
  await Promise.all(workers.map((worker) => worker.kill()));

  expect(await queue.counts()).toEqual({ blocked: 0, waiting: 0, active: 0, done: 200, failed: 0, dead: 0 });
  const starts = new Map<string, number[]>();
  expect(existsSync(notes)).toBe(true);
  for (const line of readFileSync(notes, 'utf8').trim().split('\n')) {
    const [id, at] = line.split(' ');
    starts.set(id, [...(starts.get(id) ?? []), Number(at)]);
  }
  const finishedAt = new Map<string, number>();
  for (const { id } of [...leaves, ...parents]) {
    const job = (await queue.get(id))!;
    expect(job).toMatchObject({ state: 'done', result: id });
    finishedAt.set(id, Date.parse(job.finishedAt!));
    expect(starts.get(id), 'never started').toBeDefined();
    for (const at of starts.get(id)!)
      expect(at, 'started when done').toBeLessThanOrEqual(finishedAt.get(id)!);
  }
  parents.forEach(({ id }, i) => {
    for (const child of [leaves[i], leaves[159 - i]])
      expect(Math.min(...starts.get(id)!)).toBeGreaterThanOrEqual(finishedAt.get(child.id)!);
  });
  expect(kills).toBe(12);
  await queue.close();
}, 120_000);
