import { join } from 'node:path';
import { chooseDevice } from '../models/onnx/device.ts';
import { openPackages } from '../models/package/store.ts';
import { type Exporter, startExporter } from '../monitoring/exporter.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { systemClock } from '../platform/clock.ts';
import { createApp } from '../serving/api/app.ts';
import { type RunningServer, startServer } from '../serving/server.ts';
import type { Session } from './session.ts';

/** The API and its pages on the session's ports, listening. */
export async function openServer(
  session: Session,
  { mode, metrics }: { mode: 'keys' | 'demo'; metrics?: Metrics },
): Promise<RunningServer> {
  const { config, platform, log, pipelines } = session;
  const { device, reason } = await chooseDevice(config.device);
  log.info({ device }, `models run on ${device}: ${reason}`);
  const app = createApp({
    ...platform,
    packages: openPackages(platform),
    products: Object.values(pipelines).map(({ serving }) => serving),
    log,
    clock: systemClock,
    auth: { mode },
    hookToken: config.hookToken,
    metrics,
    device,
    spool: join(config.data, 'spool'),
    limits: {
      bodyBytes: config.maxBodyBytes,
      requestsPerMinute: config.rateLimitPerMinute,
      spoolBytes: config.maxSpoolBytes,
    },
  });
  let exporter: Exporter | undefined;
  try {
    exporter = await openExporter(session, app.scrape);
    const server = await startServer(app, { host: config.host, port: config.port, mode });
    return {
      ...server,
      async stop() {
        await server.stop();
        await exporter?.close();
      },
    };
  } catch (error) {
    await exporter?.close();
    // What the app opened would keep a process alive that serves nobody.
    await app.close();
    throw error;
  }
}

/** Serves the metrics on the port that the settings give them; undefined where they give none. */
export async function openExporter(
  { config }: Session,
  scrape: () => Promise<string>,
): Promise<Exporter | undefined> {
  const { host, metricsPort: port } = config;
  return port === 0 ? undefined : startExporter(scrape, { host, port });
}

/** Resolves when the session is asked to end. */
export function ended({ signal }: Session): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
