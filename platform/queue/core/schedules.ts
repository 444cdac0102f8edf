import { Cron } from 'croner';
import { TouchlineError } from '../../errors.ts';
import type { Collection, Document } from '../../store/store.ts';
import type { JobOptions, Schedule } from '../queue.ts';
import type { Dispatcher } from './dispatcher.ts';

interface ScheduleRecord extends Schedule, Document {
  /** Milliseconds since 1970. */
  nextAt: number;
}

/**
 * The first time after `now` that matches a cron expression, in UTC. Times are milliseconds since 1970.
 * @throws INVALID_INPUT
 * @example
 * const noon = Date.parse('2026-03-01T12:00:00Z');
 * new Date(nextTime('30 2 * * *', noon)).toISOString(); // => '2026-03-02T02:30:00.000Z'
 */
export function nextTime(cron: string, now: number): number {
  let next: Date | null;
  try {
    next = new Cron(cron, { timezone: 'UTC', paused: true }).nextRun(new Date(now));
  } catch (error) {
    throw new TouchlineError('INVALID_INPUT', `'${cron}' is not a cron expression.`, { cause: error });
  }
  if (!next)
    throw new TouchlineError(
      'INVALID_INPUT',
      `The cron expression '${cron}' never matches a time in the future.`,
    );
  return next.getTime();
}

/** Schedules in a collection: however many processes share it, each time fires exactly once. */
export function createSchedules(
  schedules: Collection<ScheduleRecord>,
  now: () => number,
  add: (kind: string, payload: Schedule['payload'], options: JobOptions) => Promise<unknown>,
  dispatcher: Pick<Dispatcher, 'setSchedule' | 'clearSchedule'>,
) {
  return {
    async set(schedule: Schedule): Promise<void> {
      const { id, kind, payload, cron } = schedule;
      const nextAt = nextTime(cron, now());
      const existing = await schedules.get(id);
      // Setting the same schedule at each start must not postpone its next time.
      const kept = existing?.cron === cron ? existing.nextAt : nextAt;
      await dispatcher.setSchedule(id, cron);
      await schedules.put({ id, kind, payload, cron, nextAt: kept });
    },
    async remove(id: string): Promise<void> {
      await schedules.delete(id);
      await dispatcher.clearSchedule(id);
    },
    /** Sets every schedule in the dispatcher again, and fires those that fell due in the meantime. */
    async restore(): Promise<void> {
      for await (const { id, cron } of schedules.all()) await dispatcher.setSchedule(id, cron);
      await this.fire();
    },
    /** Adds one job for each schedule that is due, however many of its times were missed. */
    async fire(): Promise<void> {
      const due = await schedules.find({ nextAt: { lte: now() } }, { sort: 'nextAt' });
      for (const schedule of due.items) {
        const { id, kind, payload, cron, nextAt } = schedule;
        // The job is added before the schedule moves on. Its key makes that safe to repeat, here or in another process.
        await add(kind, payload, { key: `schedule:${id}:${nextAt}` });
        await schedules.compareAndSwap(
          { id, kind, payload, cron, nextAt: nextTime(cron, now()) },
          schedule._version,
        );
      }
    },
  };
}
