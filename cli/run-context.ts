import type { Command } from 'commander';
import type { StepDeps } from '../pipelines/deps.ts';
import type { JobHandler } from '../platform/queue/queue.ts';

/** What a command line uses of the process it runs in, so that it can also run inside another program. */
export interface CliContext {
  env: Readonly<Record<string, string | undefined>>;
  stdin: NodeJS.ReadableStream;
  stdout: Pick<NodeJS.WritableStream, 'write'>;
  stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Runs jobs in the thread of the caller; by default they run in a thread of their own. */
  createHandlers?(deps: StepDeps): Record<string, JobHandler>;
}

/** What one run of the command line has done so far. */
export interface CliRun extends CliContext {
  /** Whether the result has been printed: stdout carries exactly one document. */
  printed: boolean;
  exitCode: number;
}

export const processContext = (): CliContext => ({
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});

const runs = new WeakMap<Command, CliRun>();

export function startRun(program: Command, context: CliContext): CliRun {
  const run: CliRun = { ...context, printed: false, exitCode: 0 };
  runs.set(program, run);
  return run;
}

/** The run that a command belongs to. */
export function runOf(command: Command): CliRun {
  const run = runs.get(command);
  if (run) return run;
  if (command.parent) return runOf(command.parent);
  throw new Error('The command does not belong to a run: start it with runCli().');
}
