import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export { servicePython } from '../../scripts/services/python.ts';

/** Services that `scripts/services.sh` starts. */
export type ServiceName = 'mongodb' | 'redis' | 'mlflow' | 'prometheus' | 'alertmanager' | 'node-exporter';

const ROOT = join(import.meta.dirname, '../..');
const STATE = join(ROOT, '.services');
const SCRIPT = join(ROOT, 'scripts/services.sh');

/** Whether every service must run, as in CI. Otherwise a suite is skipped without the service that it needs. */
export const REQUIRED = process.env.TOUCHLINE_REQUIRE_SERVICES === '1';

/**
 * URL of the shared service that `scripts/services.sh start` started; undefined if it does not run.
 * Use it with `describe.skipIf(!url)` and with a database or prefix of your own.
 */
export function serviceUrl(name: ServiceName): string | undefined {
  const folder = join(STATE, name);
  try {
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0);
    return readFileSync(join(folder, 'url'), 'utf8').trim();
  } catch {
    if (REQUIRED) throw new Error(`${name} is not running: scripts/services.sh start ${name}`);
    return undefined;
  }
}

/** A service that belongs to one test, which may pause and kill it. */
export interface OwnService {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly pid: number;
  /** Kills it with SIGKILL, as a crash would; its folder stays. */
  kill(): Promise<void>;
  /** Stops answering without closing a connection (SIGSTOP), until `resume`. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same port and folder, after `kill`. */
  restart(): Promise<void>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

/**
 * Starts one service for this test alone. It must be installed (`scripts/services.sh install NAME`).
 * @param options.env more environment, such as PROMETHEUS_CONFIG; `scheme` of the URL follows from the name.
 */
export async function startService(
  name: ServiceName,
  options: { port?: number; env?: Record<string, string> } = {},
): Promise<OwnService> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), `touchline-${name}-`));
  const scheme = name === 'mongodb' || name === 'redis' ? name : 'http';
  let child = begin();
  let log = '';

  function begin(): ChildProcess {
    // A process group of its own, because some servers start workers that must end with it.
    const started = spawn(SCRIPT, ['run', name, String(port), folder], {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (text) => {
        log = `${log}${text}`.slice(-4_000);
      });
    return started;
  }

  const signal = (which: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), which);
  };
  const ended = () =>
    new Promise<void>((done) => {
      if (child.exitCode !== null || child.signalCode !== null) done();
      else child.once('exit', () => done());
    });
  async function ready() {
    const deadline = Date.now() + 60_000;
    while (!(await answers(name, port))) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`${name} did not start on port ${port}: ${log}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  const onExit = () => signal('SIGKILL');
  process.once('exit', onExit);
  await ready();
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    folder,
    get pid() {
      return child.pid as number;
    },
    async kill() {
      signal('SIGKILL');
      await ended();
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async restart() {
      child = begin();
      await ready();
    },
    async stop() {
      signal('SIGKILL');
      await ended();
      process.removeListener('exit', onExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(name: ServiceName, port: number): Promise<boolean> {
  if (name === 'mongodb' || name === 'redis')
    return new Promise((done) => {
      const socket = dial(port, '127.0.0.1');
      socket.once('connect', () => done(true)).once('error', () => done(false));
      socket.once('connect', () => socket.destroy());
    });
  const path = name === 'mlflow' ? '/health' : name === 'node-exporter' ? '/metrics' : '/-/ready';
  return fetch(`http://127.0.0.1:${port}${path}`).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
}

/** A connection between a client and a service that a test can break. */
export interface Proxy {
  readonly port: number;
  /** Closes every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Delays every byte by `ms`, in both directions. */
  slow(ms: number): void;
  /** Resets (RST) every connection, and accepts new ones. */
  reset(): void;
  /** Accepts connections again, without delay. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** A TCP proxy on loopback in front of `target`. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let delay = 0;
  const server = createServer((client) => {
    const upstream = dial(target, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      sockets.add(from);
      const late: Buffer[] = [];
      from.on('data', (bytes) => {
        if (delay === 0 && late.length === 0) {
          to.write(bytes);
          return;
        }
        late.push(bytes);
        // Whichever timer fires first sends the oldest bytes, so that a change of the delay keeps their order.
        setTimeout(() => to.writable && to.write(late.shift() as Buffer), delay);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const port = await listen(server);
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = () => new Promise<void>((done) => (server.listening ? server.close(() => done()) : done()));
  return {
    port,
    async cut() {
      drop();
      await close();
    },
    slow(ms) {
      delay = ms;
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async heal() {
      delay = 0;
      if (!server.listening) await listen(server, port);
    },
    async close() {
      drop();
      await close();
    },
  };
}

function listen(server: Server, port = 0): Promise<number> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Whether a program is installed, for suites that need one that no service script installs. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    if (REQUIRED) throw new Error(`${name} is not installed, and TOUCHLINE_REQUIRE_SERVICES asks for it.`);
    return false;
  }
}
