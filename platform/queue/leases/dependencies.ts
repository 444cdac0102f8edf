import type { Collection, Stored } from '../../store/store.ts';
import { blocked, dead, type JobRecord, waiting } from './job-record.ts';

/** Moves jobs that wait for others, over any store with compare-and-swap. */
export interface Flow {
  /** Looks at a blocked job again: in line if all before it are done, dead if one of them is. */
  settle(id: string): Promise<void>;
  /** After a job ended: those that waited for it. */
  ended(record: JobRecord): Promise<void>;
  /** Moves the blocked jobs whose child has ended: what a crash between two writes left behind. */
  sweep(): Promise<void>;
}

/**
 * Changes a job whatever else happens meanwhile.
 * @param change gives undefined to leave it alone; may be asked several times.
 * @returns the written record, or undefined if it is absent or was left alone.
 */
export async function update(
  jobs: Collection<JobRecord>,
  id: string,
  change: (record: Stored<JobRecord>) => JobRecord | undefined,
): Promise<Stored<JobRecord> | undefined> {
  for (;;) {
    const record = await jobs.get(id);
    const next = record && change(record);
    if (!next) return undefined;
    const written = await jobs.compareAndSwap(next, record._version);
    if (written) return written;
  }
}

/** @param ready hears of each job that waits for nothing any more. */
export function createFlow(
  jobs: Collection<JobRecord>,
  now: () => number,
  ready: (record: JobRecord) => Promise<void>,
): Flow {
  async function settle(id: string): Promise<void> {
    const record = await jobs.get(id);
    if (record?.state !== 'blocked') return;
    const children = await Promise.all(record.after.map((child) => jobs.get(child)));
    const fallen = children.find((child) => child?.state === 'dead');
    // A child that is gone was done: only done jobs are ever removed.
    const open = children.find((child) => child && child.state !== 'done');
    const written = await update(jobs, id, (current) => {
      if (current.state !== 'blocked') return undefined;
      if (fallen) {
        const message = `Job ${fallen.id} (${fallen.kind}), which it waits for, died: ${fallen.error?.message}`;
        return dead(current, { code: 'CONFLICT', message }, now());
      }
      if (!open) return waiting(current);
      return current.waitsFor === open.id ? undefined : blocked(current, open.id);
    });
    if (written?.state === 'waiting') await ready(written);
    if (written?.state === 'dead') await ended(written);
    // The child may have ended between the look and the write, and then nobody else comes by.
    if (written?.state === 'blocked') await settle(id);
  }

  async function ended(record: JobRecord): Promise<void> {
    if (record.state === 'done')
      for await (const parent of jobs.all({ waitsFor: record.id })) await settle(parent.id);
    // Deaths are rare, so those that wait for it further down their list are found by looking at all.
    if (record.state === 'dead')
      for await (const parent of jobs.all({ state: 'blocked' }))
        if (parent.after.includes(record.id)) await settle(parent.id);
  }

  return {
    settle,
    ended,
    async sweep() {
      let cursor: string | undefined;
      do {
        const page = await jobs.find({ state: 'blocked' }, { limit: 500, cursor });
        const children = [...new Set(page.items.map(({ waitsFor }) => waitsFor ?? ''))];
        const open = new Set<string | undefined>();
        for await (const { id, state } of jobs.all({ id: { in: children } }))
          if (state !== 'done' && state !== 'dead') open.add(id);
        for (const { id, waitsFor } of page.items) if (!open.has(waitsFor)) await settle(id);
        cursor = page.next;
      } while (cursor);
    },
  };
}
