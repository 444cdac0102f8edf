import type { Command, CommanderError } from 'commander';
import { ERRORS, type ErrorCode, toTouchlineError } from '../platform/errors.ts';

let answered = false;

/** What a command says: one JSON document with `--json`, otherwise text for people. */
export function answer(command: Command, json: unknown, text: () => string): void {
  answered = true;
  process.stdout.write(command.optsWithGlobals().json ? `${JSON.stringify(json)}\n` : `${text()}\n`);
}

/** Writes an error for people to stderr, with `--json` as the one document too, and sets the exit status of its code. */
export function fail(error: unknown, json: boolean): void {
  const ours = toTouchlineError(error);
  const { exit, remedy } = ERRORS[ours.code];
  process.stderr.write(`${ours.code}: ${ours.message}\n${remedy}\n`);
  if (ours.code === 'INTERNAL' && ours.cause instanceof Error) process.stderr.write(`${ours.cause.stack}\n`);
  if (json) answerError(ours);
  process.exitCode = exit;
}

/** The parser of the command line has told people already what is wrong. */
export function failUsage({ message }: CommanderError, json: boolean): void {
  if (json) answerError({ code: 'INVALID_INPUT', message: message.replace(/^error: /, ''), details: {} });
  process.exitCode = ERRORS.INVALID_INPUT.exit;
}

function answerError({
  code,
  message,
  details,
}: {
  code: ErrorCode;
  message: string;
  details: object;
}): void {
  // What failed after its answer has said its one document.
  if (!answered) process.stdout.write(`${JSON.stringify({ error: { code, message, details } })}\n`);
}
