// Compiles the sources into a folder (default dist/) and copies the other files there: the pages, the version.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const out = process.argv[2] ?? 'dist';
rmSync(out, { recursive: true, force: true });
execFileSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', out],
  {
    stdio: 'inherit',
  },
);
cpSync('serving/ui', join(out, 'serving/ui'), { recursive: true });
cpSync('package.json', join(out, 'package.json'));
