import { type DestinationStream, destination as fileDestination, type Logger, pino } from 'pino';
import { redactJson } from './redact.ts';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A structured log: one JSON document a line, to stderr. Values of secret fields, credentials in addresses and
 * webhook addresses never reach it.
 */
export function createLog(options: { level?: LogLevel; destination?: DestinationStream } = {}): Logger {
  const { level = 'info', destination = fileDestination({ dest: 2, sync: true }) } = options;
  // On the finished line, because fields bound by child loggers and those of errors pass no common hook before it.
  const safe: DestinationStream = { write: (line) => destination.write(redactJson(line)) };
  return pino(
    {
      level,
      base: undefined,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
      },
    },
    safe,
  );
}
