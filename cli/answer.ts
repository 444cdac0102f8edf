import type { Command } from 'commander';
import { ERRORS, toTouchlineError } from '../platform/errors.ts';

/** What a command says: one JSON document with `--json`, otherwise text for people. */
export function answer(command: Command, json: unknown, text: () => string): void {
  process.stdout.write(command.optsWithGlobals().json ? `${JSON.stringify(json)}\n` : `${text()}\n`);
}

/** Writes an error for people to stderr and sets the exit status of its code. */
export function fail(error: unknown): void {
  const ours = toTouchlineError(error);
  const { exit, remedy } = ERRORS[ours.code];
  process.stderr.write(`${ours.code}: ${ours.message}\n${remedy}\n`);
  if (ours.code === 'INTERNAL' && ours.cause instanceof Error) process.stderr.write(`${ours.cause.stack}\n`);
  process.exitCode = exit;
}
