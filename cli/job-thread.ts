// The thread that runs this process's jobs.
import { createHandlers } from '../pipelines/handlers.ts';
import type { Config } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { openPlatform } from '../platform/open.ts';
import { handlerMethods } from '../platform/queue/handler-thread.ts';
import { serve } from '../platform/workers/serve.ts';
import { stepDeps } from './step-deps.ts';

serve((config: Config) => {
  const platform = openPlatform(config, createLog({ level: config.logLevel }));
  return { ...handlerMethods(createHandlers(stepDeps(config, platform))), close: platform.close };
});
