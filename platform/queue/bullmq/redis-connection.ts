import { Redis, type RedisOptions } from 'ioredis';
import type { Clock } from '../../clock.ts';
import { TouchlineError } from '../../errors.ts';
import { describeRedisError } from './redis-errors.ts';

/** One connection to Redis, opened at its first use and reopened whenever it breaks. */
export interface RedisConnection {
  /** The client. Its commands fail at once while the connection is down. */
  client(): Redis;
  /**
   * Runs work that a caller waits for.
   * @throws UNAVAILABLE within a second if the connection is down or slow
   */
  request<T>(work: (client: Redis) => Promise<T>): Promise<T>;
  connected(): boolean;
  /** Any error as UNAVAILABLE, with what to do about it. */
  unavailable(error: unknown): TouchlineError;
  /** Checks that both clocks agree, because leases are times that other machines read. @throws UNAVAILABLE */
  checkClock(): Promise<void>;
  /** A round trip that also rejects a Redis that is too old, evicts keys or has another time. @throws UNAVAILABLE */
  ping(): Promise<void>;
  close(): void;
}

/** The oldest version that BullMQ's scripts support. */
const OLDEST = [6, 2];
/** Milliseconds that clocks may differ: less than any lease. */
const SKEW_MS = 2_000;
/** Milliseconds that a caller waits for an answer. */
const REQUEST_MS = 900;
/** Milliseconds to connect for the first time, which may include a TLS handshake. */
const CONNECT_MS = 5_000;

const OPTIONS: RedisOptions = {
  // A command that cannot be sent fails, rather than being sent after its caller has given up.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  commandTimeout: 5_000,
  // Otherwise a connection that is cut silently would only be noticed after minutes.
  socketTimeout: 10_000,
  connectTimeout: CONNECT_MS,
  retryStrategy: (times) => Math.min(100 * 2 ** times, 2_000),
};

/** @param url `redis[s]://[user:password@]host[:port][/database]`. @throws INVALID_CONFIG */
export function openRedisConnection(url: string, clock: Pick<Clock, 'now'>): RedisConnection {
  const place = placeOf(url);
  let redis: Redis | undefined;
  let everConnected = false;
  let lastError: unknown;
  let closed = false;
  /** Requests that wait for the connection; called when it is ready or failed. */
  const waiting = new Set<(error?: Error) => void>();
  const notifyWaiting = (error?: Error) => {
    for (const listener of [...waiting]) listener(error);
  };

  function client(): Redis {
    if (closed) throw new TouchlineError('UNAVAILABLE', 'The queue is closed.');
    if (redis) return redis;
    redis = new Redis(url, OPTIONS);
    redis.on('ready', () => {
      everConnected = true;
      lastError = undefined;
      notifyWaiting();
    });
    redis.on('error', (error) => {
      lastError = error;
      // Otherwise the client would continue with database 0.
      if (/DB index/.test(error.message)) redis?.disconnect();
      notifyWaiting(error);
    });
    return redis;
  }

  const unavailable = (error: unknown) =>
    error instanceof TouchlineError
      ? error
      : new TouchlineError('UNAVAILABLE', `Redis at ${place}: ${describeRedisError(lastError ?? error)}`, {
          cause: error,
          details: { setting: 'TOUCHLINE_QUEUE' },
        });

  function request<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const redis = client();
      const end = () => {
        clearTimeout(timer);
        waiting.delete(onConnection);
      };
      const fail = (error: unknown) => {
        end();
        reject(unavailable(error));
      };
      const run = () => {
        waiting.delete(onConnection);
        return work(redis).then((result) => {
          end();
          resolve(result);
        }, fail);
      };
      const onConnection = (error?: Error) => void (error ? fail(error) : run());
      // The very first connection may take longer.
      const ms = everConnected || lastError ? REQUEST_MS : CONNECT_MS;
      const timer = setTimeout(() => fail(new Error('no answer in time')), ms);
      if (redis.status === 'ready') run();
      else waiting.add(onConnection);
    });
  }

  const checkClock = () =>
    request(async (redis) => {
      const before = clock.now();
      const [seconds, micros] = (await redis.time()).map(Number);
      const after = clock.now();
      const redisTime = 1_000 * seconds + micros / 1_000;
      // Redis read its clock at some time between the two.
      const apart = Math.max(before - redisTime, redisTime - after, 0);
      if (apart > SKEW_MS)
        throw unsuitable(
          place,
          `has a clock that is ${Math.round(apart / 1_000)} s away from this machine's: set both by NTP, because all machines read the leases of jobs.`,
        );
    });

  return {
    client,
    request,
    connected: () => redis?.status === 'ready',
    unavailable,
    checkClock,
    async ping() {
      await request(async (redis) => checkServer(await redis.info(), place));
      await checkClock();
    },
    close() {
      closed = true;
      redis?.disconnect();
      notifyWaiting(new Error('Connection is closed.'));
    },
  };
}

/** Host and port, without credentials. */
function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.hostname)
    throw new TouchlineError(
      'INVALID_CONFIG',
      'queue is not a valid Redis address: use redis://[user:password@]host[:port][/database], or rediss: with TLS.',
      { details: { setting: 'TOUCHLINE_QUEUE' } },
    );
  return `${parsed.hostname}:${parsed.port || 6379}`;
}

const unsuitable = (place: string, message: string) =>
  new TouchlineError('UNAVAILABLE', `Redis at ${place} ${message}`, {
    details: { setting: 'TOUCHLINE_QUEUE' },
  });

/** @param info the answer to INFO. @throws UNAVAILABLE if jobs would not be safe in this Redis */
function checkServer(info: string, place: string): void {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const version = value('redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw unsuitable(
      place,
      `is version ${version || 'unknown'}: TOUCHLINE_QUEUE needs ${OLDEST.join('.')} or newer.`,
    );
  const policy = value('maxmemory_policy');
  if (policy !== 'noeviction')
    throw unsuitable(
      place,
      `evicts keys when its memory is full (maxmemory-policy ${policy}): set maxmemory-policy to noeviction, or use another Redis in TOUCHLINE_QUEUE.`,
    );
}
