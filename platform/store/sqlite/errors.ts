import { TouchlineError } from '../../errors.ts';
import { UniqueKeyTaken } from '../driver.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Whether another connection has locked the file. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));

const unavailable = (message: string, cause: unknown) =>
  new TouchlineError('UNAVAILABLE', `${message} (TOUCHLINE_STORE).`, {
    cause,
    details: { setting: 'TOUCHLINE_STORE' },
  });

/** Converts an error of SQLite into a TouchlineError that names the setting to look at. */
export function fromSqlite(error: unknown): TouchlineError | UniqueKeyTaken {
  if (error instanceof TouchlineError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(code)) return new UniqueKeyTaken(error);
  if (code.startsWith('SQLITE_FULL'))
    return unavailable('The disk of the store is full: free some space, or move the store', error);
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT'))
    return unavailable(
      'The file of the store is damaged or is not a store: restore a backup, or use another file',
      error,
    );
  if (isBusy(error)) return unavailable('Another process has locked the store: stop it, or try again', error);
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH)|E[A-Z]+$)/.test(code) || text.startsWith('ConnectionFailed'))
    return unavailable(
      'The file of the store cannot be opened for writing: check the folder and its permissions',
      error,
    );
  if (/^SQLITE_(IOERR|NOLFS)/.test(code))
    return unavailable('The disk of the store failed to read or write: check the disk', error);
  return new TouchlineError('INTERNAL', `The store failed: ${text}`, { cause: error });
}
