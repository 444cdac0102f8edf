import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, TouchlineError, toTouchlineError } from '../../platform/errors.ts';
import { errorsDocument } from '../../scripts/errors-document.ts';

describe('the error table', () => {
  it('equals docs/errors.md', () => {
    const document = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    expect(document).toBe(errorsDocument());
  });

  it('has an HTTP error status for each code, 4xx for bad input', () => {
    for (const [code, { status, exit, remedy }] of Object.entries(ERRORS)) {
      expect(status, code).toBeGreaterThanOrEqual(400);
      expect(status, code).toBeLessThan(600);
      expect(remedy, code).toMatch(/^[A-Z].*\.$/);
      if (exit === 2 && code !== 'INVALID_CONFIG') expect(status, code).toBeLessThan(500);
    }
  });

  it('turns anything thrown into a TouchlineError, once', () => {
    const ours = new TouchlineError('NOT_FOUND', 'no');
    expect(toTouchlineError(ours)).toBe(ours);
    const cause = new RangeError('bad');
    expect(toTouchlineError(cause)).toMatchObject({ code: 'INTERNAL', message: 'bad', cause });
    expect(toTouchlineError('text')).toMatchObject({ code: 'INTERNAL', message: 'text' });
  });
});
