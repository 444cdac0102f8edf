import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../platform/notify/notify.ts';
import { backOff, newsOf } from '../../platform/notify/outbox/incident.ts';
import { message } from '../conformance/notify.ts';

const HOUR = 3_600_000;

describe('newsOf', () => {
  const kind = (
    told: Pick<Message, 'severity' | 'status'> | undefined,
    now: Partial<Pick<Message, 'severity' | 'status'>>,
  ) => newsOf({ message: message(now), told });

  it('is what opens, gets worse or is resolved, and nothing else', () => {
    const open = { severity: 'warning', status: 'open' } as const;
    expect(kind(undefined, open)).toBe('opened');
    expect(kind(undefined, { status: 'resolved' })).toBe('resolved');
    expect(kind(open, open)).toBeUndefined();
    expect(kind(open, { severity: 'info' })).toBeUndefined();
    expect(kind(open, { severity: 'critical' })).toBe('worse');
    expect(kind(open, { severity: 'critical', status: 'resolved' })).toBe('resolved');
    expect(
      kind({ ...open, status: 'resolved' }, { status: 'resolved', severity: 'critical' }),
    ).toBeUndefined();
    expect(kind({ ...open, status: 'resolved' }, open)).toBe('opened');
  });
});

describe('backOff', () => {
  it('doubles from a second to a minute, and respects what the channel asks for up to an hour', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), unit, fc.nat(10 * HOUR), (tries, random, asked) => {
        const longest = Math.min(60_000, 1_000 * 2 ** (tries - 1));
        const free = backOff(tries, random);
        expect(free).toBeGreaterThanOrEqual(longest / 2);
        expect(free).toBeLessThanOrEqual(longest);
        expect(backOff(tries, random, asked)).toBe(Math.max(free, Math.min(asked, HOUR)));
      }),
    );
  });
});
