import type { RetrainRules } from '../monitoring/alerts/retrain-policy.ts';
import type { Catalog } from '../platform/catalog.ts';
import type { Platform } from '../platform/open.ts';
import type { Progress } from '../platform/progress.ts';
import type { Product } from './product.ts';

/** What every step of a pipeline receives. Files in `steps/` store their results; those in `inspect/` only read. */
export interface StepDeps {
  platform: Platform;
  products: Catalog<Product>;
  /** Version of the code: part of the key of everything that is computed from it. */
  code: string;
  threads: number;
  /** Folder of installed engines; undefined where there is none. */
  engines?: string;
  /** When an alert may enqueue a retraining; undefined: never. */
  retrain?: RetrainRules;
  /** Maximum size of one source file in bytes, unpacked. */
  maxFileBytes: number;
}

/** What a running step receives besides its payload. */
export interface StepContext {
  progress: Progress;
  signal?: AbortSignal;
}
