// The thread that runs this process's jobs.
import { productCatalog } from '../pipelines/catalog.ts';
import { createHandlers } from '../pipelines/handlers.ts';
import { loadProducts } from '../pipelines/load-products.ts';
import type { Config } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { openPlatform } from '../platform/open.ts';
import { handlerMethods } from '../platform/queue/handler-thread.ts';
import { serve } from '../platform/workers/serve.ts';
import { stepDeps } from './step-deps.ts';

serve(async (config: Config) => {
  const own = await loadProducts(config.products);
  const platform = openPlatform(config, createLog({ level: config.logLevel }));
  const deps = stepDeps(config, platform, productCatalog(own.map(({ product }) => product)));
  return { ...handlerMethods(createHandlers(deps)), close: platform.close };
});
