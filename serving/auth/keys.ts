import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { Collection, Store } from '../../platform/store/store.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import { type Caller, ROLES, type Role } from './roles.ts';

/** What is kept of a key: never the key itself. */
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
/** A key that was revoked elsewhere is dead here after this many milliseconds. */
const REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 10_000;
/** How long the store has to answer before a key that is remembered counts without it. */
const PATIENCE_MS = 1_000;
/** How long a key goes on being let in while the store is away, so that predictions do not depend on it. */
const TRUSTED_MS = 15 * 60_000;

const collection = (store: Store): Collection<KeyRecord> => store.collection<KeyRecord>('api_keys');

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/**
 * Makes a key. It is shown this once: the store keeps its hash only.
 * @param options.owner person or system that it is for, 1 to 100 characters; scores are kept under this name.
 * @param options.key takes this one, made elsewhere, instead of a new one; again with the same role is harmless.
 */
export async function createKey(
  store: Store,
  options: { role: Role; owner: string; now: number; key?: string },
): Promise<{ id: string; key: string; role: Role; owner: string }> {
  const { role, owner, now, key = newKey() } = options;
  if (!ROLES.includes(role))
    throw new TouchlineError('INVALID_INPUT', `There is no role ${role}: use one of ${ROLES.join(', ')}.`);
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
    throw new TouchlineError('ALREADY_EXISTS', `Key ${id} is there already, revoked or with another role.`);
  return { id, key, role, owner: known.owner };
}

const newKey = () => `tl_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`;

/** Ends a key; again is harmless. NOT_FOUND if there is none of that id. */
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

/** A key as the store had it. */
interface Remembered {
  record: KeyRecord | undefined;
  /** When it was read. */
  at: number;
  /** When the store is asked again. */
  until: number;
}

/** Looks keys up in the store and remembers them for some seconds, and for some minutes where the store is away. */
export function keyAuthenticator(store: Store, clock: Pick<Clock, 'now'>): Authenticate {
  const remembered = new Map<string, Remembered>();
  const keys = collection(store);

  async function lookUp(id: string): Promise<KeyRecord | undefined> {
    const known = remembered.get(id);
    const now = clock.now();
    if (known !== undefined && known.until > now) return known.record;
    const asked = keys.get(id).then((record) => remember(id, record));
    if (known?.record === undefined || now > known.at + TRUSTED_MS) return asked;
    // One request waits; those that come meanwhile need not.
    known.until = now + PATIENCE_MS;
    return withTimeout(PATIENCE_MS, asked).catch(() => {
      known.until = clock.now() + REMEMBERED_MS;
      return known.record;
    });
  }

  function remember(id: string, record: KeyRecord | undefined): KeyRecord | undefined {
    const at = clock.now();
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(id, { record, at, until: at + REMEMBERED_MS });
    return record;
  }

  return async (key) => {
    const match = FORM.exec(key);
    if (match === null) return undefined;
    const record = await lookUp(match[1]);
    // Compared even where there is no record, so that an unknown id takes as long as a wrong secret.
    const expected = record === undefined ? sha256(`absent ${match[1]}`) : Buffer.from(record.hash, 'hex');
    const same = timingSafeEqual(sha256(match[2]), expected);
    if (!same || record === undefined || record.revokedAt !== undefined) return undefined;
    return { id: record.id, owner: record.owner, role: record.role };
  };
}
