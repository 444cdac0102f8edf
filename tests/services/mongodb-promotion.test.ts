import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import { history } from '../../registry/history.ts';
import { type Fixture, jumpPackage, openFixture } from '../serving/fixture.ts';
import { freshDatabase } from './mongodb-database.ts';
import { serviceUrl } from './real.ts';

const shared = serviceUrl('mongodb');
const ROUNDS = 6;
const DAY_MS = 86_400_000;

describe.skipIf(!shared)(
  'two processes that promote concurrently over MongoDB (needs scripts/services.sh start mongodb)',
  () => {
    let fixture: Fixture;
    let processes: ChildProcess[];

    beforeAll(async () => {
      const url = freshDatabase(shared!);
      fixture = openFixture(undefined, { store: openMongoStore({ url }), blobs: openGridfsBlobs({ url }) });
      for (let i = 0; i < 2 * ROUNDS; i++) await fixture.register('jumps', await jumpPackage(i / 100));
      const script = join(import.meta.dirname, 'promoting-child.ts');
      // One clock is a day ahead, the other a day behind.
      processes = [DAY_MS, -DAY_MS].map((wrongBy) =>
        fork(script, [url, String(wrongBy), fixture.folder], { execArgv: ['--import', 'tsx'] }),
      );
      await Promise.all(processes.map(messageFrom));
    }, 60_000);
    afterAll(async () => {
      for (const child of processes) child.kill('SIGKILL');
      await fixture.close();
    });

    async function messageFrom(child: ChildProcess): Promise<unknown> {
      return (await once(child, 'message'))[0];
    }

    it('agree on one champion, which the ledger records, though their clocks differ', async () => {
      const champions: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const versions = [2 * round + 1, 2 * round + 2];
        const waiting = processes.map(messageFrom);
        processes.forEach((child, i) => void child.send(versions[i]));
        expect(await Promise.all(waiting)).toEqual(['waiting', 'waiting']);
        const outcomes = processes.map(messageFrom);
        for (const child of processes) child.send('go');
        const [won, ...rest] = (await Promise.all(outcomes)).sort();
        expect(rest).toEqual(['CONFLICT']);
        expect(versions).toContain(won);
        const alias = await fixture.deps.tracking.getAlias('jumps', 'champion');
        expect(alias).toMatchObject({ version: won, revision: round + 1 });
        champions.unshift(won as number);
      }
      const { periods } = await history('jumps', fixture.promotion);
      expect(periods.map(({ version }) => version)).toEqual(champions);
    }, 60_000);
  },
);
