import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { Collection, Store } from '../../platform/store/store.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import { type Caller, ROLES, type Role } from './roles.ts';

/** A stored key: its hash, never the key itself. */
export interface KeyRecord {
  id: string;
  owner: string;
  role: Role;
  /** SHA-256 of the secret part. A secret of 256 random bits cannot be guessed, so a slow hash would add nothing. */
  hash: string;
  createdAt: string;
  revokedAt?: string;
}

const FORM = /^tl_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
/** How long a key is cached: a key revoked elsewhere stops working here after this time. */
const CACHED_MS = 10_000;
const MAX_CACHED = 10_000;
/** How long to wait for the store before a cached key is trusted without it. */
const STORE_TIMEOUT_MS = 1_000;
/** How long a cached key works while the store is unavailable, so that predictions do not depend on the store. */
const TRUSTED_MS = 15 * 60_000;

const collection = (store: Store): Collection<KeyRecord> => store.collection<KeyRecord>('api_keys');

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/**
 * Creates a key. Only this call returns it: the store keeps its hash.
 * @param options.owner person or system that it is for, 1 to 100 characters; scores are stored under this name.
 * @param options.key a key made elsewhere, instead of a new one. Safe to repeat with the same role.
 * @throws INVALID_INPUT; ALREADY_EXISTS where that key is revoked or has another role
 */
export async function createKey(
  store: Store,
  options: { role: Role; owner: string; now: number; key?: string },
): Promise<{ id: string; key: string; role: Role; owner: string }> {
  const { role, owner, now, key = newKey() } = options;
  if (!ROLES.includes(role))
    throw new TouchlineError('INVALID_INPUT', `There is no role '${role}': use one of ${ROLES.join(', ')}.`);
  if (owner.trim() === '' || owner.length > 100)
    throw new TouchlineError('INVALID_INPUT', 'The owner of a key must have 1 to 100 characters.');
  const [, id, secret] = FORM.exec(key) ?? [];
  if (id === undefined)
    throw new TouchlineError(
      'INVALID_INPUT',
      'A key has the form tl_ID_SECRET: 16 hexadecimal digits, and 32 random bytes in base64url.',
    );
  const record = { id, owner: owner.trim(), role, hash: sha256(secret).toString('hex') };
  const createdAt = new Date(now).toISOString();
  if (await collection(store).compareAndSwap({ ...record, createdAt }, 0))
    return { id, key, role, owner: record.owner };
  const known = await collection(store).get(id);
  if (known?.hash !== record.hash || known.role !== role || known.revokedAt !== undefined)
    throw new TouchlineError('ALREADY_EXISTS', `Key ${id} already exists, revoked or with another role.`);
  return { id, key, role, owner: known.owner };
}

const newKey = () => `tl_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`;

/** Revokes a key; idempotent. @throws NOT_FOUND for an unknown id */
export async function revokeKey(store: Store, id: string, now: number): Promise<KeyRecord> {
  const keys = collection(store);
  for (;;) {
    const found = await keys.get(id);
    if (found === undefined) throw new TouchlineError('NOT_FOUND', `There is no key ${id}.`);
    const { _version, ...record } = found;
    if (record.revokedAt !== undefined) return record;
    const swapped = await keys.compareAndSwap(
      { ...record, revokedAt: new Date(now).toISOString() },
      _version,
    );
    if (swapped !== undefined) return swapped;
  }
}

/** All keys, without their hashes. */
export async function listKeys(store: Store): Promise<Omit<KeyRecord, 'hash'>[]> {
  const listed: Omit<KeyRecord, 'hash'>[] = [];
  for await (const { hash: _hash, _version, ...record } of collection(store).all()) listed.push(record);
  return listed;
}

/** Finds the caller of a key; undefined where it is unknown, malformed, wrong or revoked. */
export type Authenticate = (key: string) => Promise<Caller | undefined>;

/** A key as the store last returned it. */
interface CachedKey {
  record: KeyRecord | undefined;
  /** When it was read from the store. */
  at: number;
  /** When to read the store again. */
  until: number;
}

/** Looks up keys in the store and caches them for some seconds, or some minutes while the store is unavailable. */
export function keyAuthenticator(store: Store, clock: Pick<Clock, 'now'>): Authenticate {
  const cache = new Map<string, CachedKey>();
  const keys = collection(store);

  async function lookUp(id: string): Promise<KeyRecord | undefined> {
    const known = cache.get(id);
    const now = clock.now();
    if (known !== undefined && known.until > now) return known.record;
    const reading = keys.get(id).then((record) => keep(id, record));
    if (known?.record === undefined || now > known.at + TRUSTED_MS) return reading;
    // Only one request waits for the store; the others use the cached key meanwhile.
    known.until = now + STORE_TIMEOUT_MS;
    return withTimeout(STORE_TIMEOUT_MS, reading).catch(() => {
      known.until = clock.now() + CACHED_MS;
      return known.record;
    });
  }

  function keep(id: string, record: KeyRecord | undefined): KeyRecord | undefined {
    const at = clock.now();
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(id, { record, at, until: at + CACHED_MS });
    return record;
  }

  return async (key) => {
    const match = FORM.exec(key);
    if (match === null) return undefined;
    const record = await lookUp(match[1]);
    // Compare even without a record, so that an unknown id takes as long as a wrong secret.
    const expected = record === undefined ? sha256(`absent ${match[1]}`) : Buffer.from(record.hash, 'hex');
    const same = timingSafeEqual(sha256(match[2]), expected);
    if (!same || record === undefined || record.revokedAt !== undefined) return undefined;
    return { id: record.id, owner: record.owner, role: record.role };
  };
}
