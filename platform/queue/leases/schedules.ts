import { Cron } from 'croner';
import { TouchlineError } from '../../errors.ts';
import type { Collection, Document } from '../../store/store.ts';
import type { JobOptions, Schedule } from '../queue.ts';
import type { Line } from './dispatcher.ts';

interface ScheduleRecord extends Schedule, Document {
  /** Milliseconds since 1970. */
  nextAt: number;
}

/** First time after `now` that a cron expression names, UTC. @throws INVALID_INPUT */
export function nextTime(cron: string, now: number): number {
  let next: Date | null;
  try {
    next = new Cron(cron, { timezone: 'UTC', paused: true }).nextRun(new Date(now));
  } catch (error) {
    throw new TouchlineError('INVALID_INPUT', `'${cron}' is not a cron expression.`, { cause: error });
  }
  if (!next)
    throw new TouchlineError('INVALID_INPUT', `The cron expression '${cron}' names no time to come.`);
  return next.getTime();
}

/** Schedules kept in a collection, so that any number of processes fire each time exactly once. */
export function createSchedules(
  schedules: Collection<ScheduleRecord>,
  now: () => number,
  add: (kind: string, payload: Schedule['payload'], options: JobOptions) => Promise<unknown>,
  alarms: Pick<Line, 'setAlarm' | 'clearAlarm'>,
) {
  return {
    async set(schedule: Schedule): Promise<void> {
      const { id, kind, payload, cron } = schedule;
      const nextAt = nextTime(cron, now());
      const existing = await schedules.get(id);
      // Setting it again at each start must not push the next time away.
      const kept = existing?.cron === cron ? existing.nextAt : nextAt;
      await alarms.setAlarm(id, cron);
      await schedules.put({ id, kind, payload, cron, nextAt: kept });
    },
    async remove(id: string): Promise<void> {
      await schedules.delete(id);
      await alarms.clearAlarm(id);
    },
    /** Sets every alarm again, and fires what fell due without one. */
    async restore(): Promise<void> {
      for await (const { id, cron } of schedules.all()) await alarms.setAlarm(id, cron);
      await this.fire();
    },
    /** Adds a job for each schedule that is due: one, however many times were missed. */
    async fire(): Promise<void> {
      const due = await schedules.find({ nextAt: { lte: now() } }, { sort: 'nextAt' });
      for (const schedule of due.items) {
        const { id, kind, payload, cron, nextAt } = schedule;
        // The key makes the job before the schedule moves on, and only once, whoever else fires it or crashes here.
        await add(kind, payload, { key: `schedule:${id}:${nextAt}` });
        await schedules.compareAndSwap(
          { id, kind, payload, cron, nextAt: nextTime(cron, now()) },
          schedule._version,
        );
      }
    },
  };
}
