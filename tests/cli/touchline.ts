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
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCli } from '../../cli/program.ts';
import { createHandlers } from '../../pipelines/handlers.ts';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/touchline-tests');
/** Folders that are not compiled. */
const NOT_COMPILED = new Set(['node_modules', 'dist', 'tests', 'bench', 'notebooks', 'docs']);
const HOUR_MS = 3_600_000;
/** A build takes seconds: a lock older than this belongs to a dead process. */
const LOCK_EXPIRES_MS = 120_000;

/** Every file that the build depends on. */
function sources(): string[] {
  const entries = readdirSync(ROOT, { withFileTypes: true });
  const modules = entries.filter((entry) => entry.isDirectory() && !NOT_COMPILED.has(entry.name));
  return [
    ...['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(ROOT, name)),
    ...modules
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
 * Builds the command line as an installed package has it, which starts three times as fast as the sources. The build is
 * cached by the state of the sources and shared by all test files.
 * @returns the path of its `bin/touchline`.
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
  const folder = join(CACHE, key);
  const bin = join(folder, 'bin/touchline');
  const lock = join(CACHE, `${key}.lock`);
  for (;;) {
    if (existsSync(bin)) {
      utimesSync(folder, new Date(), new Date());
      return bin;
    }
    try {
      mkdirSync(lock);
      break;
    } catch {
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > LOCK_EXPIRES_MS) rmSync(lock, { recursive: true, force: true });
      await sleep(100);
    }
  }
  try {
    removeOldBuilds();
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(join(fresh, 'bin'), { recursive: true });
    execFileSync(process.execPath, ['scripts/build.mjs', join(fresh, 'dist')], { cwd: ROOT });
    copyFileSync(join(ROOT, 'bin/touchline'), join(fresh, 'bin/touchline'));
    renameSync(fresh, folder);
    return bin;
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

export interface Ended {
  /** Exit status; null if a signal ended the process. */
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

export interface Started {
  child: ChildProcess;
  /** What was printed so far. */
  output(): string;
  errors(): string;
  ended: Promise<Ended>;
}

export interface CommandOptions {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
}

/** The minimal environment of a process: settings of this machine must not reach the commands. */
const environment = (env: Record<string, string> = {}) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: process.env.TMPDIR,
  ...env,
});

/** Starts a command of the compiled command line without waiting for it. */
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

/**
 * Runs a command to its end, as the program does but in this process, where it starts in no time. A command that depends
 * on its process (working folder, signals) is given to `start`.
 */
export async function touchline(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  if (options.cwd !== undefined) return (await start(args, options)).ended;
  const began = performance.now();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const texts = Promise.all([text(stdout), text(stderr)]);
  const status = await runCli(args, {
    env: environment(options.env),
    stdin: Readable.from([options.input ?? '']),
    stdout,
    stderr,
    createHandlers,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { status, signal: null, stdout: out, stderr: err, seconds: (performance.now() - began) / 1_000 };
}

/** The result of a command with `--json`. @throws if stdout is not exactly one JSON document */
// biome-ignore lint/suspicious/noExplicitAny: the documents of all commands; assertions check their shape.
export function documentOf({ stdout, stderr, status }: Ended): any {
  if (!/^[^\n]+\n$/.test(stdout))
    throw new Error(`Not one line of JSON but ${JSON.stringify(stdout)}; exit ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
