import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { type FileOperations, nodeFiles } from '../../platform/blobs/file-operations.ts';
import { TouchlineError, toTouchlineError } from '../../platform/errors.ts';
import { buildOf, type Engine } from './engine.ts';
import { absence, folderOf, locate, openLibrary } from './library.ts';
import { readWheel, type WheelOptions } from './wheel.ts';

const PARTIAL = '.partial';
/** Unpacking never takes that long: an older folder was left by a crash. */
const LEFTOVER_MS = 10 * 60_000;

export interface Installed {
  /** Path of the library. */
  path: string;
  /** False if it was already installed. */
  fresh: boolean;
}

/**
 * Installs the library of an engine, atomically: safe to rerun after a crash and to run in several processes at once.
 * @param engines folder of all engines.
 * @throws as `readWheel`
 */
export async function installEngine(
  engine: Engine,
  engines: string,
  options: WheelOptions & { files?: FileOperations },
): Promise<Installed> {
  const { files = nodeFiles } = options;
  const existing = locate(engines, engine);
  if (existing !== undefined) return { path: existing, fresh: false };
  const build = buildOf(engine);
  const wheel = await readWheel(engine, options);
  const unpacked = unzipSync(wheel, { filter: ({ name }) => name in build.files });
  const folder = folderOf(engines, engine);
  const partial = `${folder}.${randomUUID()}${PARTIAL}`;
  try {
    await files.makeFolder(engines);
    await removeLeftovers(engines);
    for (const [path, bytes] of Object.entries(unpacked)) await writeFile(join(partial, path), bytes, files);
    await files.syncFolder(partial);
    await files.rename(partial, folder).catch(async (error: unknown) => {
      // The folder exists: another process has just installed it, or it is damaged.
      if (locate(engines, engine) !== undefined || !existsSync(folder)) throw error;
      await rm(folder, { recursive: true });
      await files.rename(partial, folder);
    });
    await files.syncFolder(engines);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    const other = locate(engines, engine);
    if (other !== undefined) return { path: other, fresh: false };
    const message = error instanceof Error ? error.message : String(error);
    throw new TouchlineError(
      'UNAVAILABLE',
      `${engine.title} could not be written to ${engines}: ${message}. Free disk space, or set --data to another folder.`,
      { cause: error, details: { setting: 'TOUCHLINE_DATA' } },
    );
  }
  return { path: join(folder, build.library), fresh: true };
}

async function writeFile(path: string, bytes: Uint8Array, files: FileOperations): Promise<void> {
  await files.makeFolder(dirname(path));
  const file = await files.create(path);
  try {
    await file.write(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.syncFolder(dirname(path));
}

async function removeLeftovers(engines: string): Promise<void> {
  for (const name of await readdir(engines)) {
    if (!name.endsWith(PARTIAL)) continue;
    const path = join(engines, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > LEFTOVER_MS) await rm(path, { recursive: true, force: true });
  }
}

/** An engine as shown to people. */
export interface EngineState extends Pick<Engine, 'name' | 'title' | 'version' | 'purpose'> {
  installed: boolean;
  path?: string;
  /** Why it cannot train on this machine, and what to do about it. */
  problem?: string;
}

/** The state of an engine on this machine, found by loading it. */
export async function stateOf(engine: Engine, engines: string): Promise<EngineState> {
  const { name, title, version, purpose } = engine;
  const path = locate(engines, engine);
  const state = { name, title, version, purpose, installed: path !== undefined };
  if (path === undefined) return { ...state, problem: absence(engines, engine)?.message };
  try {
    await openLibrary(path, engine);
    return { ...state, path };
  } catch (error) {
    return { ...state, path, problem: toTouchlineError(error).message };
  }
}
