import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../../platform/config.ts';
import { ENGINES } from '../../training/engines/catalog.ts';
import { installEngine } from '../../training/engines/install.ts';
import { REQUIRED } from './real.ts';

const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/touchline-tests/engines');

/** The package index that pip uses on this machine, by default the public one. */
export function packageIndex(): string {
  if (process.env.PIP_INDEX_URL) return process.env.PIP_INDEX_URL;
  try {
    const said = execFileSync('pip', ['config', 'get', 'global.index-url'], { stdio: 'pipe' });
    return said.toString().trim();
  } catch {
    return configSchema.parse({}).engineIndex;
  }
}

/**
 * Folder of the real engines, installed once for all test files.
 * @returns undefined if no index can be reached and real services are not required.
 */
export async function realEngines(): Promise<string | undefined> {
  try {
    for (const engine of ENGINES.entries) await installEngine(engine, FOLDER, { index: packageIndex() });
    return FOLDER;
  } catch (error) {
    if (REQUIRED) throw error;
    return undefined;
  }
}

/** Links the real engines into an existing data folder. */
export function linkEngines(engines: string, data: string): void {
  symlinkSync(engines, join(data, 'engines'));
}
