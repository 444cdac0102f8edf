// The thread in which this process works jobs: `workerData` are the settings.
import { workerData } from 'node:worker_threads';
import { createHandlers } from '../pipelines/handlers.ts';
import type { Config } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { openPlatform } from '../platform/open.ts';
import { serveHandlers } from '../platform/queue/handler-thread.ts';
import { stepDeps } from './step-deps.ts';

const config: Config = workerData;
const platform = openPlatform(config, createLog({ level: config.logLevel }));
serveHandlers(createHandlers(stepDeps(config, platform)), platform.close);
