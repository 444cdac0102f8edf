import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { LibraryHandle } from 'koffi';
import { TouchlineError } from '../../platform/errors.ts';
import { buildOf, type Engine, thisPlatform } from './engine.ts';

export type Koffi = typeof import('koffi').default;

/** A loaded library, with the koffi module that declares its functions and reads its memory. */
export interface Library {
  koffi: Koffi;
  handle: LibraryHandle;
}

/** Folder of one version of an engine. @param engines folder of all engines. */
export const folderOf = (engines: string, { name, version }: Engine): string =>
  join(engines, `${name}-${version}`);

/**
 * Path of the installed library; undefined if it is missing or incomplete, or has no build for this machine. Loading a
 * truncated library would end the process.
 */
export function locate(engines: string | undefined, engine: Engine): string | undefined {
  const build = engine.builds[thisPlatform()];
  if (engines === undefined || !build) return undefined;
  const folder = folderOf(engines, engine);
  const isComplete = Object.entries(build.files).every(
    ([path, bytes]) => statSync(join(folder, path), { throwIfNoEntry: false })?.size === bytes,
  );
  return isComplete ? join(folder, build.library) : undefined;
}

/** The error that says why an engine cannot train on this machine and what to do about it; undefined if it can. */
export function absence(engines: string | undefined, engine: Engine): TouchlineError | undefined {
  if (locate(engines, engine) !== undefined) return undefined;
  try {
    buildOf(engine);
  } catch (error) {
    return error as TouchlineError;
  }
  return new TouchlineError(
    'UNAVAILABLE',
    `${engine.title} is not installed: run \`touchline engines install ${engine.name}\`, or train with 'boosting'.`,
    { details: { engine: engine.name } },
  );
}

/** Imported on first use: most commands need no engine. */
async function importKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    throw new TouchlineError(
      'UNAVAILABLE',
      `Native libraries cannot be called on ${thisPlatform()}: koffi has no binary for it. Train with 'boosting'.`,
      { cause: error },
    );
  }
}

/**
 * Loads a library into this process; a second call returns the same one.
 * @throws UNAVAILABLE naming the system library that is missing on this machine
 */
export async function openLibrary(path: string, { title, name }: Engine): Promise<Library> {
  const koffi = await importKoffi();
  try {
    return { koffi, handle: koffi.load(path) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const lacks =
      /([\w.+-]+\.(?:so|dylib)[\w.]*): cannot open|Library not loaded: \S*?([\w.+-]+\.dylib)/.exec(message);
    const library = lacks?.[1] ?? lacks?.[2];
    throw new TouchlineError(
      'UNAVAILABLE',
      library
        ? `${title} needs ${library}, which is missing on this machine${remedyFor(library)}`
        : `${title} could not be loaded: ${message}. Remove its folder and run \`touchline engines install ${name}\`.`,
      { cause: error, details: { engine: name, ...(library ? { library } : {}) } },
    );
  }
}

function remedyFor(library: string): string {
  if (library.startsWith('libgomp')) return ': install it (Debian, Ubuntu: `apt-get install libgomp1`).';
  if (library.startsWith('libomp')) return ': install it (`brew install libomp`).';
  return ': install the package that holds it.';
}
