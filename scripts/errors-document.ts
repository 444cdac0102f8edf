import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ERRORS, type ErrorKind } from '../platform/errors.ts';

/** Text of `docs/errors.md`. */
export function errorsDocument(): string {
  const rows = Object.entries<ErrorKind>(ERRORS).map(
    ([code, { status, exit, remedy }]) => `| \`${code}\` | ${status} | ${exit} | ${remedy} |`,
  );
  return [
    '# Errors',
    '',
    'Every error has one of these codes. An HTTP answer carries the status and an `error_id` that the log repeats.',
    'A command exits with the exit status: 1 failed, 2 bad usage or bad input, 3 rejected by the gate or by a policy. Jobs',
    'that fail with exit status 2 or 3 are not retried. This page is generated from `platform/errors.ts` by',
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
