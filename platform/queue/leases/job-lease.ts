import type { Clock } from '../../clock.ts';
import type { ProgressEvent } from '../../progress.ts';
import type { Collection, Stored } from '../../store/store.ts';
import type { JobRecord } from './job-record.ts';

/** A running job's hold on its record: renewed while it runs, gone once another may have taken the job. */
export interface Lease {
  /** Kept at once in memory, written with a short delay. */
  progress(event: ProgressEvent): void;
  /** Ends the lease with a last write. @returns the record as written, undefined if the lease was lost */
  end(change: (record: JobRecord) => JobRecord): Promise<Stored<JobRecord> | undefined>;
}

const PROGRESS_MS = 500;
const RETRY_MS = 100;

/**
 * @param claimed the record as claimed.
 * @param onLost called once when the lease is no longer ours.
 */
export function holdLease(
  jobs: Collection<JobRecord>,
  clock: Clock,
  claimed: Stored<JobRecord>,
  leaseMs: number,
  onLost: () => void,
): Lease {
  let record: Stored<JobRecord> | undefined = claimed;
  let latest: ProgressEvent | undefined;
  let cancelRenewal = () => {};
  let cancelProgress: (() => void) | undefined;
  let line: Promise<unknown> = Promise.resolve();

  function lose() {
    if (!record) return;
    record = undefined;
    stop();
    onLost();
  }

  function stop() {
    cancelRenewal();
    cancelProgress?.();
    cancelProgress = undefined;
  }

  /** One write after the other, so that each knows the version of the one before. */
  function write(change: (record: JobRecord) => JobRecord) {
    const next = line.then(async () => {
      if (!record) return undefined;
      const { _version, ...content } = record;
      const written = await jobs.compareAndSwap(
        change(latest ? { ...content, progress: latest } : content),
        _version,
      );
      if (record && written) record = written;
      else lose();
      return record;
    });
    line = next.catch(() => {});
    return next;
  }

  const expired = () => !record || clock.now() >= (record.leaseUntil ?? 0);

  function renew() {
    cancelRenewal = clock.after(leaseMs / 3, () => {
      // Too late: whoever looks next may take the job.
      if (expired()) return lose();
      write((current) => ({ ...current, leaseUntil: clock.now() + leaseMs }))
        // The store may be away for a moment: the lease holds until its time has passed.
        .catch(() => expired() && lose())
        .finally(() => record && renew());
    });
  }
  renew();

  return {
    progress(event) {
      latest = event;
      if (!record) return;
      cancelProgress ??= clock.after(PROGRESS_MS, () => {
        cancelProgress = undefined;
        write((current) => current).catch(() => {});
      });
    },
    async end(change) {
      for (;;) {
        try {
          const written = await write(change);
          record = undefined;
          stop();
          return written;
        } catch (error) {
          if (!expired()) await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
          if (expired()) {
            lose();
            throw error;
          }
        }
      }
    },
  };
}
