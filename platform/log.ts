import { type DestinationStream, destination as fileDestination, type Logger, pino } from 'pino';
import { redactJson } from './redact.ts';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A structured log: one JSON document per line, on stderr. It redacts secret fields, credentials in URLs and webhook
 * addresses.
 */
export function createLog(options: { level?: LogLevel; destination?: DestinationStream } = {}): Logger {
  const { level = 'info', destination = fileDestination({ dest: 2, sync: true }) } = options;
  // Redacted on the finished line, because bound fields and error fields share no earlier hook.
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
