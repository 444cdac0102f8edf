import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runEtl } from '../../etl/run-etl.ts';
import { shots } from '../../pipelines/shots.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { seeded } from '../../platform/random.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { contents, openWorkspace, shotRows, toCsv, type Workspace } from '../etl/fixtures.ts';

const CHILD = fileURLToPath(new URL('./etl-child.ts', import.meta.url));
const FILES = 60;

let place: Workspace;
beforeEach(() => {
  place = openWorkspace();
});
afterEach(() => place.close());

/** Starts ETL and kills it (SIGKILL) `delayMs` milliseconds after it reports that unit `after` is done. */
async function killedAfter(after: number, delayMs: number, state: string, from: string): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, state, from], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  for await (const chunk of child.stdout) {
    const done = Number(String(chunk).trim().split('\n').at(-1));
    if (done < after) continue;
    await sleep(delayMs);
    child.kill('SIGKILL');
    break;
  }
  const [, signal] = await ended;
  expect(signal).toBe('SIGKILL');
}

it('loses no record and stores none twice when it is killed repeatedly', {
  timeout: 120_000,
}, async () => {
  const from = place.path('in');
  mkdirSync(from);
  // Every file has a rejected row and a duplicate, so that their counts are tested too.
  const rows = shotRows(30, 40);
  for (let file = 0; file < FILES; file++) {
    const own = rows.slice(20 * file, 20 * file + 20);
    writeFileSync(
      place.path('in', `${String(file).padStart(2, '0')}.csv`),
      toCsv([...own, own[0], { ...own[1], Period: '0' }]),
    );
  }
  const state = place.path('killed');
  const random = seeded(11);
  for (const after of [1, 6, 7, 20, 33]) await killedAfter(after, 12 * random.uniform(), state, from);

  const survivor = {
    store: openSqliteStore({ path: `${state}/store.db` }),
    blobs: openFolderBlobs({ path: `${state}/blobs` }),
  };
  const report = await runEtl(shots.etl, from, survivor);
  expect(report).toMatchObject({ read: 22 * FILES, rejected: FILES });
  expect(report.accepted + report.duplicates).toBe(21 * FILES);
  expect(report.accepted).toBeGreaterThan(0);
  expect(report.accepted).toBeLessThan(20 * FILES);

  await runEtl(shots.etl, from, place);
  for (const name of ['silver_shots', 'gold_shots', 'rejects_shots']) {
    expect(await contents(survivor.store, name)).toEqual(await contents(place.store, name));
  }
  const untimed = async (store: typeof place.store) =>
    (await contents<{ id: string; receivedAt: string; doneAt: string }>(store, 'bronze')).map(
      ({ receivedAt: _, doneAt: __, ...unit }) => unit,
    );
  expect(await untimed(survivor.store)).toEqual(await untimed(place.store));
  await survivor.store.close();
});
