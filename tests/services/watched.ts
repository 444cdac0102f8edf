import { documentOf, type Started, start, touchline } from '../cli/touchline.ts';
import { eventually } from '../conformance/tools.ts';
import { freePort } from './real.ts';

export const HOOK_TOKEN = 'a-token-of-the-hook';

/** A server and a worker of their own processes, with keys, as Prometheus finds them. */
export interface Watched {
  /** URL of the API. */
  url: string;
  /** Key of an admin, as a header. */
  authorization: string;
  /** Key of a viewer, for Prometheus. */
  key: string;
  /** Addresses by job, as prometheus.yml names them. */
  targets: { 'touchline-api': string; 'touchline-worker': string };
  /** The worker that runs now. */
  worker(): Started;
  restartWorker(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings environment of both. */
export async function startWatched(settings: Readonly<Record<string, string>>): Promise<Watched> {
  const metricsPort = await freePort();
  const env = { TOUCHLINE_LOG_LEVEL: 'warn', TOUCHLINE_HOOK_TOKEN: HOOK_TOKEN, ...settings };
  const processes: Started[] = [];
  const begin = async (args: string[], more: Record<string, string> = {}) => {
    const process = await start([...args, '--json'], { env: { ...env, ...more } });
    processes.push(process);
    await eventually(() => process.output().endsWith('\n'), 60_000);
    return process;
  };
  const keyOf = async (role: string) =>
    documentOf(await touchline(['keys', 'create', '--role', role, '--json'], { env })).key as string;
  const beginWorker = () => begin(['worker'], { TOUCHLINE_METRICS_PORT: String(metricsPort) });

  const [key, admin] = [await keyOf('viewer'), await keyOf('admin')];
  const { url } = JSON.parse((await begin(['serve', '--port', '0'])).output());
  let worker = await beginWorker();
  return {
    url,
    authorization: `Bearer ${admin}`,
    key,
    targets: { 'touchline-api': new URL(url).host, 'touchline-worker': `127.0.0.1:${metricsPort}` },
    worker: () => worker,
    async restartWorker() {
      worker = await beginWorker();
    },
    async close() {
      for (const { child } of processes) child.kill('SIGTERM');
      await Promise.all(processes.map(({ ended }) => ended));
    },
  };
}
