import type { Command, CommanderError } from 'commander';
import { ERRORS, type ErrorCode, toTouchlineError } from '../platform/errors.ts';

let printed = false;

/** Prints the result of a command to stdout: one JSON document with `--json`, otherwise readable text. */
export function printResult(command: Command, json: unknown, text: () => string): void {
  printed = true;
  process.stdout.write(command.optsWithGlobals().json ? `${JSON.stringify(json)}\n` : `${text()}\n`);
}

/** Prints an error with its remedy to stderr, with `--json` also as the JSON document, and sets the exit status of its code. */
export function printError(error: unknown, json: boolean): void {
  const ours = toTouchlineError(error);
  const { exit, remedy } = ERRORS[ours.code];
  process.stderr.write(`${ours.code}: ${ours.message}\n${remedy}\n`);
  if (ours.code === 'INTERNAL' && ours.cause instanceof Error) process.stderr.write(`${ours.cause.stack}\n`);
  if (json) printErrorDocument(ours);
  process.exitCode = exit;
}

/** Sets the exit status for bad usage. Commander has already printed the message for people. */
export function printUsageError({ message }: CommanderError, json: boolean): void {
  if (json)
    printErrorDocument({ code: 'INVALID_INPUT', message: message.replace(/^error: /, ''), details: {} });
  process.exitCode = ERRORS.INVALID_INPUT.exit;
}

/** Prints nothing if the command failed after its result: stdout carries exactly one document. */
function printErrorDocument(error: { code: ErrorCode; message: string; details: object }): void {
  const { code, message, details } = error;
  if (!printed) process.stdout.write(`${JSON.stringify({ error: { code, message, details } })}\n`);
}
