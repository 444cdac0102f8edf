// Compiles the sources into dist/ and puts beside them what is not TypeScript: the pages.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
cpSync('serving/ui', 'dist/serving/ui', { recursive: true });
