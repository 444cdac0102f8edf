import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/touchline-tests');
/** Folders that are not compiled. */
const OTHERS = new Set(['node_modules', 'dist', 'tests', 'bench', 'notebooks', 'docs']);
const HOUR_MS = 3_600_000;
/** A build takes seconds: whoever holds the lock for longer is dead. */
const LOCK_MS = 120_000;

/** Every file that is compiled, or decides how. */
function sources(): string[] {
  const entries = readdirSync(ROOT, { withFileTypes: true });
  const rooms = entries.filter((entry) => entry.isDirectory() && !OTHERS.has(entry.name));
  return [
    ...['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(ROOT, name)),
    ...rooms
      .filter(({ name }) => !name.startsWith('.'))
      .flatMap(({ name }) =>
        readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' }).map((path) =>
          join(ROOT, name, path),
        ),
      )
      .filter((path) => /\.(ts|mjs|js|html|css|svg)$/.test(path)),
  ].sort();
}

function removeOldBuilds(): void {
  for (const name of readdirSync(CACHE))
    if (Date.now() - statSync(join(CACHE, name)).mtimeMs > 6 * HOUR_MS)
      rmSync(join(CACHE, name), { recursive: true, force: true });
}

let built: Promise<string> | undefined;

/**
 * The compiled command line in a layout as installed: it starts in a third of the time that the sources take. Built
 * once for a state of the sources, whichever test file asks first.
 * @returns path of its `bin/touchline`.
 */
export function builtTouchline(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const hash = createHash('sha256');
  for (const path of sources()) {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  const key = hash.digest('hex').slice(0, 16);
  const place = join(CACHE, key);
  const bin = join(place, 'bin/touchline');
  const lock = join(CACHE, `${key}.lock`);
  for (;;) {
    if (existsSync(bin)) {
      utimesSync(place, new Date(), new Date());
      return bin;
    }
    try {
      mkdirSync(lock);
      break;
    } catch {
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > LOCK_MS) rmSync(lock, { recursive: true, force: true });
      await sleep(100);
    }
  }
  try {
    removeOldBuilds();
    const fresh = `${place}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(join(fresh, 'bin'), { recursive: true });
    execFileSync(process.execPath, ['scripts/build.mjs', join(fresh, 'dist')], { cwd: ROOT });
    copyFileSync(join(ROOT, 'bin/touchline'), join(fresh, 'bin/touchline'));
    renameSync(fresh, place);
    return bin;
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

export interface Ended {
  /** Exit status; null where a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

export interface Started {
  child: ChildProcess;
  /** Grow while it runs. */
  output(): string;
  errors(): string;
  ended: Promise<Ended>;
}

export interface CommandOptions {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
}

/** Only what a process needs to run: settings of the machine's own must not reach the commands. */
const environment = (env: Record<string, string> = {}) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: process.env.TMPDIR,
  ...env,
});

/** Starts a command of the compiled command line. */
export async function start(args: readonly string[], options: CommandOptions = {}): Promise<Started> {
  const bin = await builtTouchline();
  const began = performance.now();
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {}).end(options.input ?? '');
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (status, signal) =>
      resolve({ status, signal, stdout, stderr, seconds: (performance.now() - began) / 1_000 }),
    );
  });
  return { child, output: () => stdout, errors: () => stderr, ended };
}

/** Runs a command to its end. */
export async function touchline(args: readonly string[], options?: CommandOptions): Promise<Ended> {
  return (await start(args, options)).ended;
}

/** The answer of a command that was asked for one JSON document. @throws where it is not exactly that. */
// biome-ignore lint/suspicious/noExplicitAny: documents of any command, looked at by assertions.
export function documentOf({ stdout, stderr, status }: Ended): any {
  if (!/^[^\n]+\n$/.test(stdout))
    throw new Error(`Not one line of JSON but ${JSON.stringify(stdout)}; exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
