import { TouchlineError } from '../../errors.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));

export const isTaken = (error: unknown): boolean =>
  /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(codeOf(error));

const away = (message: string, cause: unknown) =>
  new TouchlineError('UNAVAILABLE', message, { cause, details: { setting: 'TOUCHLINE_STORE' } });

/** What SQLite threw, as one of ours that says which setting to look at. */
export function fromSqlite(error: unknown): TouchlineError {
  if (error instanceof TouchlineError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code.startsWith('SQLITE_FULL'))
    return away(
      'The disk of the store is full: free some space, or move the store (TOUCHLINE_STORE).',
      error,
    );
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT'))
    return away(
      'The file of the store is damaged or is no store: restore a backup, or choose another file (TOUCHLINE_STORE).',
      error,
    );
  if (isBusy(error))
    return away('Another process holds the store: end it, or try again (TOUCHLINE_STORE).', error);
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH)|E[A-Z]+$)/.test(code) || text.startsWith('ConnectionFailed'))
    return away(
      'The file of the store cannot be opened for writing: check the folder and its rights (TOUCHLINE_STORE).',
      error,
    );
  if (/^SQLITE_(IOERR|NOLFS)/.test(code))
    return away('The disk of the store failed to read or write (TOUCHLINE_STORE).', error);
  return new TouchlineError('INTERNAL', `The store failed: ${text}`, { cause: error });
}
