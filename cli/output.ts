import type { Command, CommanderError } from 'commander';
import { ERRORS, type ErrorCode, toTouchlineError } from '../platform/errors.ts';
import { type CliRun, runOf } from './run-context.ts';

/** Prints the result of a command to stdout: one JSON document with `--json`, otherwise readable text. */
export function printResult(command: Command, json: unknown, text: () => string): void {
  const run = runOf(command);
  run.printed = true;
  run.stdout.write(command.optsWithGlobals().json ? `${JSON.stringify(json)}\n` : `${text()}\n`);
}

/** Prints an error with its remedy to stderr, with `--json` also as the JSON document, and sets the exit status of its code. */
export function printError(run: CliRun, error: unknown, json: boolean): void {
  const ours = toTouchlineError(error);
  const { exit, remedy } = ERRORS[ours.code];
  run.stderr.write(`${ours.code}: ${ours.message}\n${remedy}\n`);
  if (ours.code === 'INTERNAL' && ours.cause instanceof Error) run.stderr.write(`${ours.cause.stack}\n`);
  if (json) printErrorDocument(run, ours);
  run.exitCode = exit;
}

/** Sets the exit status for bad usage. Commander has already printed the message for people. */
export function printUsageError(run: CliRun, { message }: CommanderError, json: boolean): void {
  if (json)
    printErrorDocument(run, { code: 'INVALID_INPUT', message: message.replace(/^error: /, ''), details: {} });
  run.exitCode = ERRORS.INVALID_INPUT.exit;
}

/** Prints nothing if the command failed after its result: stdout carries exactly one document. */
function printErrorDocument(run: CliRun, error: { code: ErrorCode; message: string; details: object }): void {
  const { code, message, details } = error;
  if (!run.printed) run.stdout.write(`${JSON.stringify({ error: { code, message, details } })}\n`);
}
