import { join } from 'node:path';
import { openPackages } from '../models/package/store.ts';
import { systemClock } from '../platform/clock.ts';
import { createApp } from '../serving/api/app.ts';
import { type RunningServer, startServer } from '../serving/server.ts';
import type { Session } from './session.ts';

/** The API and its pages on the session's ports, listening. */
export async function openServer(
  session: Session,
  { mode }: { mode: 'keys' | 'demo' },
): Promise<RunningServer> {
  const { config, platform, log, pipelines } = session;
  const app = createApp({
    ...platform,
    packages: openPackages(platform),
    products: Object.values(pipelines).map(({ serving }) => serving),
    log,
    clock: systemClock,
    auth: { mode },
    spool: join(config.data, 'spool'),
    limits: { bodyBytes: config.maxBodyBytes, requestsPerMinute: config.rateLimitPerMinute },
  });
  try {
    return await startServer(app, { host: config.host, port: config.port, mode });
  } catch (error) {
    // What the app opened would keep a process alive that serves nobody.
    await app.close();
    throw error;
  }
}

/** Resolves when the session is asked to end. */
export function ended({ signal }: Session): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
