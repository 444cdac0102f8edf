import { closeSync, openSync, readSync } from 'node:fs';
import { TouchlineError } from '../../platform/errors.ts';

/** The files of an engine for one platform. */
export interface Build {
  /** File name of the wheel; its first part is the project in the index. */
  wheel: string;
  sha256: string;
  bytes: number;
  /** Path of the library, in the wheel and where it is installed. */
  library: string;
  /** Sizes in bytes of the files that are installed, by path: the library and what it loads. */
  files: Readonly<Record<string, number>>;
}

/** An official training library, pinned to one version so that results are the same everywhere. */
export interface Engine {
  name: string;
  title: string;
  version: string;
  /** Its purpose, shown to people. */
  purpose: string;
  /** By `platform-arch` in Node's terms. The Linux builds need glibc 2.28 or later. */
  builds: Readonly<Record<string, Build>>;
}

/** This machine as a key of `builds`; no engine has a build for `linux-x64-musl` and the like. */
export function thisPlatform(): string {
  const { platform, arch } = process;
  return platform === 'linux' && usesMusl() ? `linux-${arch}-musl` : `${platform}-${arch}`;
}

/** Whether Node itself runs on musl: the head of its executable names the loader. */
function usesMusl(): boolean {
  const head = Buffer.alloc(4096);
  const file = openSync(process.execPath, 'r');
  try {
    readSync(file, head);
    return head.includes('ld-musl');
  } finally {
    closeSync(file);
  }
}

/** The build of an engine for a platform. @throws UNAVAILABLE if there is none, naming an estimator that runs there */
export function buildOf(engine: Engine, platform = thisPlatform()): Build {
  const build = engine.builds[platform];
  if (build) return build;
  throw new TouchlineError(
    'UNAVAILABLE',
    `${engine.title} has no library for ${platform}, only for ${Object.keys(engine.builds).join(', ')}: train with 'boosting', which runs everywhere.`,
    { details: { engine: engine.name, platform } },
  );
}
