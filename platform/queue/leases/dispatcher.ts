import type { Stored } from '../../store/store.ts';
import type { JobRecord } from './job-record.ts';

/** A job whose turn has come, until somebody claims and ends it. */
export interface Turn {
  readonly record: Stored<JobRecord>;
  /** Milliseconds of progress and the like may be shown by the line too. */
  progress?(event: NonNullable<JobRecord['progress']>): void;
  /** Gives the turn up. @param record what became of the job; undefined: it is another's by now */
  end(record: JobRecord | undefined): Promise<void>;
}

/**
 * Where jobs stand until it is their turn. The records in the store are the truth: the line only says who is next, and
 * may be filled again from them at any time.
 */
export interface Line {
  /** Technology, such as `bullmq`. */
  readonly name: string;
  /**
   * Takes in a new job. It is put before it is recorded, so that none is accepted that the line cannot take.
   * @throws UNAVAILABLE
   */
  put(record: JobRecord): Promise<void>;
  /** Sees that a job that waits stands in line, whatever the line believes to have become of it. */
  restore(record: JobRecord): Promise<void>;
  /** The next jobs of some kinds, at most `count`: candidates, since others may be faster to claim them. */
  next(kinds: readonly string[], count: number, leaseMs: number): Promise<Turn[]>;
  /** Rings at the times that a cron expression names. */
  setAlarm(schedule: string, cron: string): Promise<void>;
  clearAlarm(schedule: string): Promise<void>;
  /** Whether the time of some schedule may have come. */
  alarmed(): Promise<boolean>;
  /** Calls `refill`, which restores every job and alarm, where some may have been lost. */
  mend(refill: () => Promise<void>): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
