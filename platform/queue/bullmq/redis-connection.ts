import { Redis, type RedisOptions } from 'ioredis';
import type { Clock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import { reason } from './redis-errors.ts';

/** One line to Redis, dialled at its first use and again whenever it breaks. */
export interface RedisLine {
  /** The client, once dialled; its commands fail at once while the line is down. */
  client(): Redis;
  /**
   * Runs something that somebody waits for.
   * @throws UNAVAILABLE within a second, where the line is down or slow
   */
  ask<T>(work: (client: Redis) => Promise<T>): Promise<T>;
  /** Whether the line is there now. */
  up(): boolean;
  /** A foreign error in our words. */
  unavailable(error: unknown): TouchlineError;
  /** That both clocks agree: leases are times that other machines read. @throws UNAVAILABLE */
  checkClock(): Promise<void>;
  /** A round trip; also refuses a Redis that is too old, forgets under pressure or has another time. @throws UNAVAILABLE */
  ping(): Promise<void>;
  close(): void;
}

/** BullMQ's scripts need it. */
const OLDEST = [6, 2];
/** Milliseconds that clocks may be apart: less than any lease. */
const SKEW_MS = 2_000;
/** Milliseconds that a caller waits for an answer. */
const ASK_MS = 900;
/** Milliseconds for the first line, which may have to find its way through TLS. */
const FIRST_MS = 5_000;

const OPTIONS: RedisOptions = {
  // A command that cannot be sent fails, rather than waiting for a line that comes back after its caller has gone.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  commandTimeout: 5_000,
  // A line that is cut without a word would else be noticed after minutes only.
  socketTimeout: 10_000,
  connectTimeout: FIRST_MS,
  retryStrategy: (times) => Math.min(100 * 2 ** times, 2_000),
};

/** @param url `redis[s]://[user:password@]host[:port][/database]`. @throws INVALID_CONFIG */
export function openRedisLine(url: string, clock: Pick<Clock, 'now'>): RedisLine {
  const place = placeOf(url);
  let redis: Redis | undefined;
  let connected = false;
  let lastError: unknown;
  let closed = false;
  /** Those who wait: told when the line is there, or broke. */
  const waiting = new Set<(error?: Error) => void>();
  const tell = (error?: Error) => {
    for (const one of [...waiting]) one(error);
  };

  function client(): Redis {
    if (closed) throw new TouchlineError('UNAVAILABLE', 'The queue is closed.');
    if (redis) return redis;
    redis = new Redis(url, OPTIONS);
    redis.on('ready', () => {
      connected = true;
      lastError = undefined;
      tell();
    });
    redis.on('error', (error) => {
      lastError = error;
      // Left alone, the client would go on with database 0.
      if (/DB index/.test(error.message)) redis?.disconnect();
      tell(error);
    });
    return redis;
  }

  const unavailable = (error: unknown) =>
    error instanceof TouchlineError
      ? error
      : new TouchlineError('UNAVAILABLE', `Redis at ${place}: ${reason(lastError ?? error)}`, {
          cause: error,
          details: { setting: 'TOUCHLINE_QUEUE' },
        });

  function ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const own = client();
      const end = (act: () => void) => {
        clearTimeout(timer);
        waiting.delete(told);
        act();
      };
      const refuse = (error: unknown) => end(() => reject(unavailable(error)));
      const begin = () => work(own).then((result) => end(() => resolve(result)), refuse);
      const told = (error?: Error) => {
        if (error) refuse(error);
        else begin();
      };
      // No line was ever there, and none refused: the first may take its time.
      const ms = connected || lastError ? ASK_MS : FIRST_MS;
      const timer = setTimeout(() => refuse(new Error('no answer in time')), ms);
      if (own.status === 'ready') begin();
      else waiting.add(told);
    });
  }

  const checkClock = () =>
    ask(async (own) => {
      const before = clock.now();
      const [seconds, micros] = (await own.time()).map(Number);
      const after = clock.now();
      const there = 1_000 * seconds + micros / 1_000;
      // It read its clock at some time between.
      const apart = Math.max(before - there, there - after, 0);
      if (apart > SKEW_MS)
        throw refusal(
          place,
          `has a clock that is ${Math.round(apart / 1_000)} s away from this machine's: set both by NTP, since leases of jobs are read on all machines.`,
        );
    });

  return {
    client,
    ask,
    up: () => redis?.status === 'ready',
    unavailable,
    checkClock,
    async ping() {
      await ask(async (own) => check(await own.info(), place));
      await checkClock();
    },
    close() {
      closed = true;
      redis?.disconnect();
      tell(new Error('Connection is closed.'));
    },
  };
}

/** Host and port, without who asks. */
function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.hostname)
    throw new TouchlineError(
      'INVALID_CONFIG',
      'queue is not the address of a Redis: use redis://[user:password@]host[:port][/database], or rediss: with TLS.',
      { details: { setting: 'TOUCHLINE_QUEUE' } },
    );
  return `${parsed.hostname}:${parsed.port || 6379}`;
}

const refusal = (place: string, message: string) =>
  new TouchlineError('UNAVAILABLE', `Redis at ${place} ${message}`, {
    details: { setting: 'TOUCHLINE_QUEUE' },
  });

/** @param info what INFO answers. @throws UNAVAILABLE where jobs would not be safe there */
function check(info: string, place: string): void {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const version = value('redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw refusal(
      place,
      `is version ${version || 'unknown'}: TOUCHLINE_QUEUE needs ${OLDEST.join('.')} or newer.`,
    );
  const policy = value('maxmemory_policy');
  if (policy !== 'noeviction')
    throw refusal(
      place,
      `drops keys when its memory is full (maxmemory-policy ${policy}): set maxmemory-policy to noeviction, or name another Redis in TOUCHLINE_QUEUE.`,
    );
}
