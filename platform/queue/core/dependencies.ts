import type { Collection } from '../../store/store.ts';
import { updateDocument } from '../../store/update-document.ts';
import { blocked, dead, type JobRecord, waiting } from './job-record.ts';

/** Moves jobs that wait for others, over any store with compare-and-swap. */
export interface Dependencies {
  /** Reconsiders a blocked job: it waits to run once all its children are done, and dies if one of them is dead. */
  settle(id: string): Promise<void>;
  /** Reconsiders the jobs that wait for one that ended. */
  onEnded(record: JobRecord): Promise<void>;
  /** Reconsiders blocked jobs whose child has ended: a crash between two writes leaves such jobs behind. */
  sweep(): Promise<void>;
}

/** @param onReady receives each job that no longer waits for others. */
export function createDependencies(
  jobs: Collection<JobRecord>,
  now: () => number,
  onReady: (record: JobRecord) => Promise<void>,
): Dependencies {
  async function settle(id: string): Promise<void> {
    const record = await jobs.get(id);
    if (record?.state !== 'blocked') return;
    const children = await Promise.all(record.after.map((child) => jobs.get(child)));
    const failed = children.find((child) => child?.state === 'dead');
    // A missing child was done: only done jobs are ever removed.
    const open = children.find((child) => child && child.state !== 'done');
    const written = await updateDocument(jobs, id, (current) => {
      if (current?.state !== 'blocked') return undefined;
      if (failed) {
        const message = `Job ${failed.id} (${failed.kind}), on which it depends, is dead: ${failed.error?.message}`;
        return dead(current, { code: 'CONFLICT', message }, now());
      }
      if (!open) return waiting(current);
      return current.waitsFor === open.id ? undefined : blocked(current, open.id);
    });
    if (written?.state === 'waiting') await onReady(written);
    if (written?.state === 'dead') await onEnded(written);
    // The child may have ended between the read and the write, and then nothing else would reconsider this job.
    if (written?.state === 'blocked') await settle(id);
  }

  async function onEnded(record: JobRecord): Promise<void> {
    if (record.state === 'done')
      for await (const parent of jobs.all({ waitsFor: record.id })) await settle(parent.id);
    // Dead jobs are rare, so parents that wait for another child first are found by scanning all blocked jobs.
    if (record.state === 'dead')
      for await (const parent of jobs.all({ state: 'blocked' }))
        if (parent.after.includes(record.id)) await settle(parent.id);
  }

  return {
    settle,
    onEnded,
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
