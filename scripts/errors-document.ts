import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ERRORS, type ErrorKind } from '../platform/errors.ts';

/** The table of errors as `docs/errors.md`. */
export function errorsDocument(): string {
  const rows = Object.entries<ErrorKind>(ERRORS).map(
    ([code, { status, exit, remedy }]) => `| \`${code}\` | ${status} | ${exit} | ${remedy} |`,
  );
  return [
    '# Errors',
    '',
    'Every error has a code of this table. Over HTTP it comes with the status and an `error_id` to look up in the log;',
    'the command line ends with the exit status: 1 failed, 2 bad usage or bad input, 3 refused by a gate or a policy.',
    'A job that ends with exit status 2 or 3 is not tried again. The table is generated from `platform/errors.ts` by',
    '`npx tsx scripts/errors-document.ts`.',
    '',
    '| code | HTTP | exit | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsDocument());
