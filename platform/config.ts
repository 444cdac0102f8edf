import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { type Port, splitAddresses, urlProblem } from './adapters.ts';
import { DEFAULTS } from './defaults.ts';
import { LOG_LEVELS } from './log.ts';
import { isLoopback } from './loopback.ts';
import { redactAddresses, redactText } from './redact.ts';

const KIB = 1024;
const MIB = KIB ** 2;
const GIB = KIB ** 3;
const UNITS: Record<string, number> = { '': 1, KIB, MIB, GIB, KB: 1e3, MB: 1e6, GB: 1e9 };

/** Settings are text in flags and the environment, and values in a configuration file. */
const integer = (low: number, high: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value),
    z.int(`must be a whole number from ${low} to ${high}`).min(low).max(high),
  );

const bytes = () =>
  z.preprocess((value) => {
    const match = typeof value === 'string' ? /^(\d+) ?([KMG]i?B)?$/i.exec(value.trim()) : null;
    return match ? Number(match[1]) * UNITS[(match[2] ?? '').toUpperCase()] : value;
  }, z.int('must be a number of bytes, such as 1048576 or 50MiB').min(1));

const WORDS: Record<string, boolean> = {
  true: true,
  on: true,
  yes: true,
  1: true,
  false: false,
  off: false,
  no: false,
  0: false,
};

const flag = () =>
  z.preprocess(
    (value) => (typeof value === 'string' ? (WORDS[value.trim().toLowerCase()] ?? value) : value),
    z.boolean('must be on or off'),
  );

const text = () => z.string('must be text').trim().min(1, 'must not be empty');

const address = (port: Port) =>
  text().superRefine((url, context) => {
    const problem = urlProblem(port, url);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

const addresses = (port: Port) =>
  text().superRefine((urls, context) => {
    const problem = splitAddresses(urls)
      .map((url) => urlProblem(port, url))
      .find((found) => found !== undefined);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

/** A list: of texts in a configuration file, separated by commas in a variable or a flag. */
const list = () =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((one) => one.trim())
            .filter(Boolean)
        : value,
    z.array(text(), 'must be a list of paths'),
  );

/** Every setting with its meaning and default. */
export const configSchema = z
  .strictObject({
    data: text().default('.touchline').describe('Folder of the embedded store and blobs'),
    products: list()
      .default([])
      .describe(
        'Files of products of your own, separated by commas (a list in touchline.config.*), such as ./tennis-serves.ts',
      ),
    store: address('store')
      .default('sqlite:')
      .describe('Where documents are stored: sqlite:[FILE] or mongodb://HOST/DATABASE'),
    blobs: address('blobs')
      .default('folder:')
      .describe('Where files are stored: folder:[PATH] or mongodb://HOST/DATABASE (GridFS)'),
    queue: address('queue')
      .default('store:')
      .describe(
        'Where jobs are queued: store: (leases in the store) or redis[s]://[USER:PASSWORD@]HOST[:PORT][/DATABASE]',
      ),
    tracking: address('tracking')
      .default('store:')
      .describe(
        'Where runs and model versions are recorded: store: or an MLflow server as http[s]://[USER:PASSWORD@]HOST[:PORT][/PREFIX]',
      ),
    trackingToken: z
      .string()
      .trim()
      .default('')
      .describe('Bearer token for the MLflow server, if it requires one'),
    trackingHookSecret: z
      .union([z.literal(''), z.string().trim().min(16, 'must have at least 16 characters')])
      .default('')
      .describe(
        'Secret of the webhook with which MLflow reports a new champion to /hooks/mlflow; without one, the webhook is rejected',
      ),
    notify: addresses('notify')
      .default('inbox:')
      .describe(
        'Where messages are sent besides the inbox of the pages, separated by commas: https://hooks.slack.com/…, smtp[s]://[USER:PASSWORD@]HOST[:PORT]/?to=ADDRESS&from=ADDRESS',
      ),
    publicUrl: z
      .union([z.literal(''), z.url({ protocol: /^https?$/, error: 'must be an http or https address' })])
      .default('')
      .describe('Public address of the pages, for links in messages'),
    hookToken: z
      .union([
        z.literal(''),
        z
          .string()
          .trim()
          .min(16, 'must have at least 16 characters')
          // What an HTTP header can carry and the authentication accepts.
          .regex(/^[\x21-\x7e]{0,200}$/, 'must have at most 200 printable ASCII characters, without spaces'),
      ])
      .default('')
      .describe('Bearer token that /hooks/alertmanager accepts besides the API keys of operators'),
    host: text().default('127.0.0.1').describe('Address that the server listens on'),
    port: integer(0, 65_535).default(8080).describe('Port that the server listens on; 0 for any free one'),
    metricsPort: integer(0, 65_535)
      .default(0)
      .describe('Port on which a worker serves /metrics and /health/live, without an API key; 0 for none'),
    logLevel: z
      .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
      .default('info')
      .describe('Least severe level of the log'),
    auth: flag()
      .default(true)
      .describe('Whether requests need an API key; may be off on the loopback address only'),
    rateLimitPerMinute: integer(1, 1_000_000)
      .default(DEFAULTS.rateLimitPerMinute)
      .describe('Requests that one caller may send per minute'),
    maxBodyBytes: bytes().default(DEFAULTS.maxBodyBytes).describe('Largest JSON body of a request'),
    maxSpoolBytes: bytes()
      .default(DEFAULTS.maxSpoolBytes)
      .describe(
        'Bytes of predictions buffered on disk while the store is unreachable; further predictions are answered and counted, but not stored',
      ),
    maxEtlFileBytes: bytes()
      .default(DEFAULTS.maxEtlFileBytes)
      .describe('Largest file that etl reads, after decompression'),
    threads: integer(1, 256)
      .default(() => availableParallelism())
      .describe('Threads for training; default: one per core'),
    engineIndex: z
      .url({ protocol: /^https?$/, error: 'must be an http or https address' })
      .default('https://pypi.org/simple')
      .describe(
        'Simple index of Python packages from which `engines install` downloads XGBoost and LightGBM: http[s]://[USER:PASSWORD@]HOST/PATH',
      ),
    device: z
      .enum(['auto', 'cpu', 'cuda'], 'must be auto, cpu or cuda')
      .default('auto')
      .describe('Where a server computes predictions: auto (a GPU if onnxruntime can use one), cpu or cuda'),
    workers: integer(1, 64).default(1).describe('Jobs that one worker process runs concurrently'),
    jobsPerMinute: integer(0, 1_000_000)
      .default(0)
      .describe(
        'Jobs of each kind that all workers together may start per minute, with redis: as the queue only; 0 for no limit',
      ),
    predictionRetentionDays: integer(0, 3_650)
      .default(DEFAULTS.predictionRetentionDays)
      .describe('Days for which predictions are kept; 0 keeps them forever'),
    jobRetentionDays: integer(1, 3_650).default(30).describe('Days for which finished jobs are kept'),
    retrain: z
      .enum(['never', 'critical', 'warning'], 'must be never, critical or warning')
      .default('critical')
      .describe('Least severe drift alert that triggers a retraining'),
    retrainCooldownHours: integer(0, 8_760)
      .default(24)
      .describe('Fewest hours between two retrainings of a product triggered by drift'),
  })
  .superRefine((config, context) => {
    if (config.jobsPerMinute > 0 && !config.queue.startsWith('redis'))
      context.addIssue({
        code: 'custom',
        path: ['jobsPerMinute'],
        message: 'applies only to a queue in Redis; remove it, or set queue to redis://HOST',
      });
    if (!config.auth && !isLoopback(config.host))
      context.addIssue({
        code: 'custom',
        path: ['auth'],
        message: `may be off only on the loopback address, not on host ${config.host}; turn it on, or set host to 127.0.0.1`,
      });
  });

export type Config = z.output<typeof configSchema>;
export type Setting = keyof Config;

export const SETTINGS = Object.keys(configSchema.shape) as Setting[];

/**
 * Environment variable of a setting.
 * @example
 * variableOf('maxEtlFileBytes'); // => 'TOUCHLINE_MAX_ETL_FILE_BYTES'
 */
export const variableOf = (setting: string): string =>
  `TOUCHLINE_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** The settings that are also flags of the command line. */
export const FLAGS: Readonly<Partial<Record<Setting, string>>> = {
  data: '--data',
  products: '--products',
  logLevel: '--log-level',
  host: '--host',
  port: '--port',
};

/** Settings whose values are never shown. */
export const SECRET_SETTINGS: ReadonlySet<Setting> = new Set<Setting>([
  'hookToken',
  'trackingToken',
  'trackingHookSecret',
]);

/** A value without secrets; of the addresses for messages, only scheme and host are not secret. */
export const shownSetting = (setting: Setting, value: string): string =>
  setting === 'notify' ? redactAddresses(value) : redactText(value);
