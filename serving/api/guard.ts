import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Clock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { Authenticate } from '../auth/keys.ts';
import { type Access, allows, type Caller, DEMO_CALLER, HOOK_CALLER } from '../auth/roles.ts';

const MAX_FAILURES_PER_MINUTE = 30;
const MAX_ADDRESSES = 10_000;

/** Authenticates and authorises a request before any of its body is read. */
export type Guard = (request: Request, access: Access, browser?: boolean) => Promise<Caller>;

const ANONYMOUS_CALLER: Caller = { id: 'anybody', owner: 'anybody', role: 'viewer' };

/** Limits wrong keys by address, so that keys cannot be guessed quickly; valid keys are never counted. */
function failureCounter(clock: Pick<Clock, 'now'>) {
  const counts = new Map<string, { failures: number; until: number }>();
  const present = (address: string) => {
    const found = counts.get(address);
    return found !== undefined && found.until > clock.now() ? found : undefined;
  };
  return {
    check(address: string): void {
      const found = present(address);
      if (found === undefined || found.failures < MAX_FAILURES_PER_MINUTE) return;
      const seconds = Math.ceil((found.until - clock.now()) / 1_000);
      throw new TouchlineError('RATE_LIMITED', `Too many invalid keys: wait ${seconds} s.`, {
        details: { retry_after: seconds },
      });
    },
    add(address: string): void {
      const found = present(address);
      if (found !== undefined) found.failures++;
      else {
        if (counts.size >= MAX_ADDRESSES) counts.clear();
        counts.set(address, { failures: 1, until: clock.now() + 60_000 });
      }
    },
  };
}

/** Turns HTTP Basic, whose password is a key, into a bearer header. */
function passwordAsBearer(header: string): string {
  const basic = /^Basic ([A-Za-z0-9+/=]{1,400})$/i.exec(header);
  const pair = basic ? Buffer.from(basic[1], 'base64').toString() : '';
  return basic ? `Bearer ${pair.slice(pair.indexOf(':') + 1)}` : header;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/**
 * @param authenticate undefined in demo mode, where every caller is an admin.
 * @param hookToken gives access to the hooks and nothing else; without one, only operators' keys do.
 */
export function createGuard(
  authenticate: Authenticate | undefined,
  clock: Pick<Clock, 'now'>,
  hookToken?: string,
): Guard {
  const failures = failureCounter(clock);
  const hook = hookToken ? sha256(hookToken) : undefined;
  const isHook = (key: string) => hook !== undefined && timingSafeEqual(sha256(key), hook);
  return async (request, access, browser = false) => {
    if (authenticate === undefined) return DEMO_CALLER;
    const header = request.headers.authorization;
    if (header === undefined) {
      if (access === 'public') return ANONYMOUS_CALLER;
      throw new TouchlineError('UNAUTHENTICATED', 'An API key is required.');
    }
    const address = request.socket.remoteAddress ?? 'unknown';
    failures.check(address);
    const match = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(browser ? passwordAsBearer(header) : header);
    if (access === 'hook' && match !== null && isHook(match[1])) return HOOK_CALLER;
    const caller = match === null ? undefined : await authenticate(match[1]);
    if (caller === undefined) {
      failures.add(address);
      throw new TouchlineError('UNAUTHENTICATED', 'The API key is not valid.');
    }
    if (!allows(caller.role, access))
      throw new TouchlineError(
        'FORBIDDEN',
        `This requires the role ${access}; the key has the role ${caller.role}.`,
        {
          details: { needs: access, has: caller.role },
        },
      );
    return caller;
  };
}
