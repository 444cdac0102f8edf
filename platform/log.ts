import { type DestinationStream, destination as fileDestination, type Logger, pino } from 'pino';
import { redactText } from './redact.ts';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRET = /^(.*authorization|cookie|set-cookie|.*api[-_]?key|.*password|.*secret|.*token|.*webhook.*)$/i;
const DEPTH = 6;

/** A copy in which the values of secret fields are hidden, however deep they lie. */
function hideSecrets(value: unknown, depth = DEPTH): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth === 0) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET.test(key) ? '[redacted]' : hideSecrets(item, depth - 1),
    ]),
  );
}

/**
 * A structured log: one JSON document a line, to stderr. Values of secret fields, credentials in addresses and
 * webhook addresses never reach it.
 */
export function createLog(options: { level?: LogLevel; destination?: DestinationStream } = {}): Logger {
  const { level = 'info', destination = fileDestination({ dest: 2, sync: true }) } = options;
  const safe: DestinationStream = { write: (line) => destination.write(redactText(line)) };
  return pino(
    {
      level,
      base: undefined,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => hideSecrets(fields) as Record<string, unknown>,
      },
    },
    safe,
  );
}
