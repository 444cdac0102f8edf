import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StepDeps } from '../pipelines/deps.ts';
import type { Product } from '../pipelines/product.ts';
import type { Catalog } from '../platform/catalog.ts';
import type { Config } from '../platform/config.ts';
import type { Platform } from '../platform/open.ts';

/** Version of this code, from package.json. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;

/** What the steps of a pipeline receive, from the settings. */
export const stepDeps = (
  config: Config,
  platform: Platform,
  products: Catalog<Product>,
): StepDeps & { engines: string } => ({
  platform,
  products,
  code: VERSION,
  threads: config.threads,
  engines: resolve(config.data, 'engines'),
  maxFileBytes: config.maxEtlFileBytes,
  retrain:
    config.retrain === 'never'
      ? undefined
      : { from: config.retrain, coolDownHours: config.retrainCooldownHours },
});
