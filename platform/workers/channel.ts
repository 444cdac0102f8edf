import type { Reply, Request } from './protocol.ts';
import { startProcess, startThread } from './start.ts';

export type WorkerKind = 'thread' | 'process';

/** How a worker ended; `reason` completes the sentence 'the worker …'. */
export interface WorkerEnd {
  reason: string;
  cause?: unknown;
}

/** The connection to a worker: a thread's message port or a process's IPC channel. */
export interface Channel {
  /** @throws if the message cannot be cloned */
  send(request: Request): void;
  onReply(listener: (reply: Reply) => void): void;
  /** Called at least once when the worker has ended or could not be started. */
  onEnd(listener: (end: WorkerEnd) => void): void;
  /** Whether the worker keeps this process alive. */
  setRef(ref: boolean): void;
  /** Ends the worker at once. Resolves when it is gone. */
  kill(): Promise<void>;
}

export function openChannel(kind: WorkerKind, from: string, module: string): Channel {
  return kind === 'thread' ? threadChannel(from, module) : processChannel(from, module);
}

function threadChannel(from: string, module: string): Channel {
  const worker = startThread(from, module);
  return {
    send: (request) => worker.postMessage(request),
    onReply: (listener) => void worker.on('message', listener),
    onEnd(listener) {
      worker.on('error', (cause: Error) => listener({ reason: `crashed: ${cause.message}`, cause }));
      worker.on('exit', (code) => listener({ reason: `ended without an answer (exit ${code})` }));
    },
    setRef: (ref) => (ref ? worker.ref() : worker.unref()),
    kill: async () => void (await worker.terminate()),
  };
}

function processChannel(from: string, module: string): Channel {
  const child = startProcess(from, module);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    // A process that can no longer be reached is about to report its end.
    send: (request) => void child.send(request, () => {}),
    onReply: (listener) => void child.on('message', (reply) => listener(reply as Reply)),
    onEnd(listener) {
      child.on('error', (cause) => listener({ reason: 'could not be started', cause }));
      child.on('exit', (code, signal) =>
        listener({ reason: `ended without an answer (${signal ?? `exit ${code}`})` }),
      );
    },
    setRef(ref) {
      if (ref) {
        child.ref();
        child.channel?.ref();
      } else {
        child.unref();
        child.channel?.unref();
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
