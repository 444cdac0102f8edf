import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Lines waiting on disk for the store. An appended line survives the death of the process, because the kernel has it by
 * then. It does not survive a crash of the machine, which would cost an fsync per request.
 * Lines are kept in segments `<pid>-<nonce>-<n>.jsonl`; the segment of a dead process is adopted by whichever finds it.
 */
export interface Spool {
  /** @returns false where the line could not be kept: the spool or the disk is full. */
  append(line: string): boolean;
  /** Closes the current segment and hands each one to `write`, oldest first; a segment is deleted once written. */
  drain(write: (lines: string[]) => Promise<void>): Promise<void>;
  /** Bytes waiting. */
  readonly bytes: number;
  close(): void;
}

const SEGMENT = /^(\d+)-([0-9a-f]{16})-(\d+)\.jsonl$/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Opens the spool of this process in a folder that several processes may share. */
export function openSpool(folder: string, maxBytes: number): Spool {
  mkdirSync(folder, { recursive: true });
  const nonce = randomBytes(8).toString('hex');
  const finished: { path: string; bytes: number }[] = [];
  let current: { path: string; fd: number; bytes: number } | undefined;
  let count = 0;
  let waiting = 0;

  function finish(): void {
    if (current === undefined) return;
    closeSync(current.fd);
    finished.push({ path: current.path, bytes: current.bytes });
    current = undefined;
  }

  function open() {
    const path = join(folder, `${process.pid}-${nonce}-${String(count++).padStart(9, '0')}.jsonl`);
    return { path, fd: openSync(path, 'ax'), bytes: 0 };
  }

  /** Finds segments of dead processes. One with this pid but another nonce is from an earlier process with the same pid. */
  async function adoptOrphans(): Promise<void> {
    const known = new Set(finished.map((segment) => segment.path));
    for (const name of (await readdir(folder)).sort()) {
      const match = SEGMENT.exec(name);
      const path = join(folder, name);
      if (match === null || match[2] === nonce || known.has(path)) continue;
      const pid = Number(match[1]);
      if (pid !== process.pid && isAlive(pid)) continue;
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) continue;
      finished.unshift({ path, bytes: found.size });
      waiting += found.size;
    }
  }

  return {
    get bytes() {
      return waiting;
    },
    append(line) {
      const bytes = Buffer.from(`${line}\n`);
      if (waiting + bytes.length > maxBytes) return false;
      try {
        current ??= open();
        const written = writeSync(current.fd, bytes);
        current.bytes += written;
        waiting += written;
        if (written === bytes.length) return true;
      } catch {
        // The caller counts the record as dropped.
      }
      // A torn line must be the last of its segment.
      finish();
      return false;
    },
    async drain(write) {
      finish();
      await adoptOrphans();
      while (finished.length > 0) {
        const { path, bytes } = finished[0];
        const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
          // Another process adopted it too, and has already stored it.
          if (error.code === 'ENOENT') return '';
          throw error;
        });
        const lines = text.split('\n');
        // Anything after the last line feed was never acknowledged.
        lines.pop();
        if (lines.length > 0) await write(lines);
        await unlink(path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        });
        finished.shift();
        waiting -= bytes;
      }
    },
    close: finish,
  };
}
