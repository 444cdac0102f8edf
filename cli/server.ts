import { join } from 'node:path';
import { chooseDevice } from '../models/onnx/device.ts';
import { openPackages } from '../models/package/store.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { systemClock } from '../platform/clock.ts';
import { createApp } from '../serving/api/app.ts';
import { type RunningServer, startServer } from '../serving/server.ts';
import type { Workspace } from './workspace.ts';

/** Starts the API and its pages on the ports of the workspace. */
export async function openServer(
  workspace: Workspace,
  { mode, metrics }: { mode: 'keys' | 'demo'; metrics?: Metrics },
): Promise<RunningServer> {
  const { config, platform, log, products } = workspace;
  const { device, reason } = await chooseDevice(config.device);
  log.info({ device }, `models run on ${device}: ${reason}`);
  const app = createApp({
    ...platform,
    packages: openPackages(platform),
    products: products.entries.map(({ serving }) => serving),
    log,
    clock: systemClock,
    auth: { mode },
    hookToken: config.hookToken,
    trackingHookSecret: config.trackingHookSecret,
    pollMs: pollMs(workspace),
    metrics,
    device,
    spool: join(config.data, 'spool'),
    limits: {
      bodyBytes: config.maxBodyBytes,
      requestsPerMinute: config.rateLimitPerMinute,
      spoolBytes: config.maxSpoolBytes,
      predictionDays: config.predictionRetentionDays,
    },
  });
  try {
    return await startServer(app, { host: config.host, port: config.port, mode });
  } catch (error) {
    // Otherwise what the app opened would keep a useless process alive.
    await app.close();
    throw error;
  }
}

/** A tracking server is polled less often, and even less if it reports changes by webhook. */
function pollMs({ config, platform }: Workspace): number | undefined {
  if (!platform.tracking.shared) return undefined;
  return config.trackingHookSecret ? 30_000 : 2_000;
}

/** Resolves when the command is interrupted. */
export function ended({ signal }: Workspace): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
