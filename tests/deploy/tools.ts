import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/**
 * Programs that are missing here, in words; undefined where none is. With TOUCHLINE_REQUIRE_SERVICES=1 a missing one
 * fails instead.
 */
export function missing(...programs: string[]): string | undefined {
  const absent = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (absent.length === 0) return undefined;
  if (process.env.TOUCHLINE_REQUIRE_SERVICES === '1')
    throw new Error(`${absent.join(', ')} must be installed.`);
  return `${absent.join(', ')} is not installed`;
}
