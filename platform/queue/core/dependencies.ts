import type { Collection } from '../../store/store.ts';
import { updateDocument } from '../../store/update-document.ts';
import { blocked, dead, type JobRecord, waiting } from './job-record.ts';

/** Unblocks jobs that depend on others, over any store with compare-and-swap. */
export interface Dependencies {
  /**
   * Reconsiders a blocked job: it becomes waiting once all jobs it depends on are done, and dead if one of
   * them is dead.
   */
  settle(id: string): Promise<void>;
  /** Reconsiders the jobs that depend on one that ended. */
  onEnded(record: JobRecord): Promise<void>;
  /** Reconsiders blocked jobs whose dependency has ended: a crash between two writes leaves such jobs behind. */
  sweep(): Promise<void>;
}

/** @param onReady receives each job that is no longer blocked. */
export function createDependencies(
  jobs: Collection<JobRecord>,
  now: () => number,
  onReady: (record: JobRecord) => Promise<void>,
): Dependencies {
  async function settle(id: string): Promise<void> {
    const record = await jobs.get(id);
    if (record?.state !== 'blocked') return;
    const dependencies = await Promise.all(record.after.map((dependency) => jobs.get(dependency)));
    const failed = dependencies.find((dependency) => dependency?.state === 'dead');
    // A missing job was done: only done jobs are ever removed.
    const open = dependencies.find((dependency) => dependency && dependency.state !== 'done');
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
    // The dependency may have ended between the read and the write. Then nothing else would reconsider this job.
    if (written?.state === 'blocked') await settle(id);
  }

  async function onEnded(record: JobRecord): Promise<void> {
    if (record.state === 'done')
      for await (const dependent of jobs.all({ waitsFor: record.id })) await settle(dependent.id);
    // Dead jobs are rare, so dependents that wait for another job first are found by scanning all blocked jobs.
    if (record.state === 'dead')
      for await (const dependent of jobs.all({ state: 'blocked' }))
        if (dependent.after.includes(record.id)) await settle(dependent.id);
  }

  return {
    settle,
    onEnded,
    async sweep() {
      let cursor: string | undefined;
      do {
        const page = await jobs.find({ state: 'blocked' }, { limit: 500, cursor });
        const dependencies = [...new Set(page.items.map(({ waitsFor }) => waitsFor ?? ''))];
        const open = new Set<string | undefined>();
        for await (const { id, state } of jobs.all({ id: { in: dependencies } }))
          if (state !== 'done' && state !== 'dead') open.add(id);
        for (const { id, waitsFor } of page.items) if (!open.has(waitsFor)) await settle(id);
        cursor = page.next;
      } while (cursor);
    },
  };
}
