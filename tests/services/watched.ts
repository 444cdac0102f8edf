import { loadConfig } from '../../platform/load-config.ts';
import { createLog } from '../../platform/log.ts';
import { openPlatform } from '../../platform/open.ts';
import { createKey } from '../../serving/auth/keys.ts';
import { type Started, start } from '../cli/touchline.ts';
import { eventually } from '../conformance/tools.ts';
import { freePort } from './real.ts';

export const HOOK_TOKEN = 'a-token-of-the-hook';

/** A server and a worker in processes of their own, with keys, for Prometheus to scrape. */
export interface Watched {
  /** URL of the API. */
  url: string;
  /** Key of an admin, as a header. */
  authorization: string;
  /** Key of a viewer, for Prometheus. */
  key: string;
  /** Addresses by the job names of prometheus.yml. */
  targets: { 'touchline-api': string; 'touchline-worker': string };
  /** The running worker. */
  worker(): Started;
  restartWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Creates keys of a viewer and an admin, as `touchline keys create` does. */
async function keysOf(settings: Readonly<Record<string, string>>): Promise<string[]> {
  const { config } = await loadConfig({ env: settings, cwd: import.meta.dirname });
  const { store, close } = openPlatform(config, createLog({ level: 'silent' }));
  try {
    const made = (['viewer', 'admin'] as const).map((role) =>
      createKey(store, { role, owner: 'tests', now: Date.now() }),
    );
    return (await Promise.all(made)).map(({ key }) => key);
  } finally {
    await close();
  }
}

/** @param settings environment of both processes. */
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
  const beginWorker = () => begin(['worker'], { TOUCHLINE_METRICS_PORT: String(metricsPort) });

  const [key, admin] = await keysOf(settings);
  const [server, first] = await Promise.all([begin(['serve', '--port', '0']), beginWorker()]);
  let worker = first;
  const { url } = JSON.parse(server.output());
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
