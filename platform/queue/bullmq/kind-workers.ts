import { randomUUID } from 'node:crypto';
import { type Job as BullJob, createRedisBackend, UnrecoverableError, Worker } from 'bullmq';
import type { Stored } from '../../store/store.ts';
import type { Turn } from '../leases/dispatcher.ts';
import type { JobRecord } from '../leases/job-record.ts';
import type { BullLineDeps } from './bull-dispatcher.ts';

type Ticket = BullJob;

/** A ticket is a moment older than its record: how often, and after how many milliseconds, it is looked at again. */
const UNRECORDED = { looks: 20, waitMs: 250 };
/** The record counts how often a job was lost: BullMQ's own count must not end it earlier. */
const MAX_STALLED = 1_000_000;

interface Held {
  ticket: Ticket;
  token: string;
  shown?: NonNullable<JobRecord['progress']>;
}

/** Takes tickets and keeps their locks while their jobs run. */
export function openTickets(
  { redis, prefix, jobsPerMinute, jobs, clock, onError }: BullLineDeps,
  nameOf: (kind: string) => string,
) {
  const desks = new Map<string, ReturnType<typeof openDesk>>();

  /** One kind with one length of lease. */
  function openDesk(kind: string, leaseMs: number) {
    const worker = new Worker(
      nameOf(kind),
      null,
      {
        connection: redis.client(),
        prefix,
        autorun: false,
        skipVersionCheck: true,
        lockDuration: leaseMs,
        stalledInterval: leaseMs / 2,
        maxStalledCount: MAX_STALLED,
        runRetryDelay: 1_000,
        ...(jobsPerMinute > 0 && { limiter: { max: jobsPerMinute, duration: 60_000 } }),
      },
      // Tickets are fetched one by one, so nothing needs the second connection that blocks.
      (name, options) => createRedisBackend(name, options),
    );
    worker.on('error', onError);
    worker.startStalledCheckTimer().catch(onError);
    const held = new Map<string, Held>();
    const renewal = setInterval(() => {
      const all = [...held.values()];
      if (all.length === 0) return;
      const ids = all.map(({ ticket }) => String(ticket.id));
      const tokens = all.map(({ token }) => token);
      // A lock that is gone costs nothing: the lease in the record says whose the job is.
      worker.extendJobLocks(ids, tokens, leaseMs).catch(onError);
      for (const one of all) {
        if (one.shown) one.ticket.updateProgress({ ...one.shown }).catch(onError);
        one.shown = undefined;
      }
    }, leaseMs / 3);
    renewal.unref();
    return {
      worker,
      held,
      async close() {
        clearInterval(renewal);
        await worker.close(true);
      },
    };
  }

  function deskOf(kind: string, leaseMs: number) {
    const name = `${kind} ${leaseMs}`;
    let desk = desks.get(name);
    if (!desk) {
      desk = openDesk(kind, leaseMs);
      desks.set(name, desk);
    }
    return desk;
  }

  /** Moves a ticket to where its job is by the record. */
  async function settle(ticket: Ticket, token: string, record: JobRecord | undefined): Promise<void> {
    if (!record) {
      if (ticket.attemptsStarted > UNRECORDED.looks) return drop(ticket, token);
      return ticket.moveToDelayed(clock.now() + UNRECORDED.waitMs, token);
    }
    switch (record.state) {
      case 'done':
        await ticket.moveToCompleted(null, token, false);
        return;
      case 'dead':
        await ticket.moveToFailed(shown(new UnrecoverableError(record.error?.message), record), token, false);
        return;
      case 'failed':
        if (ticket.attemptsMade < record.attempt && record.runAt > clock.now()) {
          await ticket.moveToFailed(shown(new Error(record.error?.message), record), token, false);
          return;
        }
        return ticket.moveToDelayed(record.runAt, token);
      case 'active':
        // Another runs it: time to look again when its lease would end.
        return ticket.moveToDelayed(record.leaseUntil ?? clock.now(), token);
      case 'blocked':
        return drop(ticket, token);
      case 'waiting':
        if (record.runAt > clock.now()) return ticket.moveToDelayed(record.runAt, token);
        await ticket.moveToWait(token);
    }
  }

  /** Ends a ticket whose job does not wait, so that it may be put again. */
  async function drop(ticket: Ticket, token: string): Promise<void> {
    await ticket.moveToCompleted(null, token, false);
    await ticket.remove();
  }

  return {
    /** The next job of a kind that may run now. */
    async next(kind: string, leaseMs: number): Promise<Turn | undefined> {
      const { worker, held } = deskOf(kind, leaseMs);
      for (;;) {
        const token = randomUUID();
        const ticket = await worker.getNextJob(token, { block: false });
        if (!ticket) return undefined;
        const id = String(ticket.id);
        const end = async (record: JobRecord | undefined) => {
          held.delete(token);
          await settle(ticket, token, record ?? (await jobs.get(id))).catch((error) => {
            // Its lock or itself is gone: whoever put it there again has it now.
            if (typeof error.code !== 'number') onError(redis.unavailable(error));
          });
        };
        const record = await jobs.get(id);
        if (!mayRun(record, clock.now())) {
          await end(record);
          continue;
        }
        const one: Held = { ticket, token };
        held.set(token, one);
        return {
          record,
          end,
          progress(event) {
            one.shown = event;
          },
        };
      }
    },
    async close() {
      await Promise.all([...desks.values()].map((desk) => desk.close()));
    },
  };
}

/** With the code of the job's error instead of where in this file it was wrapped. */
function shown<E extends Error>(error: E, { error: cause }: JobRecord): E {
  error.stack = `${cause?.code}: ${cause?.message}`;
  return error;
}

const mayRun = (record: Stored<JobRecord> | undefined, now: number): record is Stored<JobRecord> =>
  (record?.state === 'waiting' || record?.state === 'failed') && record.runAt <= now;
