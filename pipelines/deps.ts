import type { RetrainRules } from '../monitoring/alerts/retrain-policy.ts';
import type { Catalog } from '../platform/catalog.ts';
import type { Platform } from '../platform/open.ts';
import type { Progress } from '../platform/progress.ts';
import type { Product } from './product.ts';

/** What every step of a pipeline is handed. */
export interface StepDeps {
  platform: Platform;
  products: Catalog<Product>;
  /** Version of the code: part of the key of everything that is computed from it. */
  code: string;
  threads: number;
  /** Folder of installed engines; undefined: none are. */
  engines?: string;
  /** When an alert may enqueue a retraining; undefined: never. */
  retrain?: RetrainRules;
  /** Bytes that one source file may have once unpacked. */
  maxFileBytes: number;
}

/** What a running step is handed beside its payload. */
export interface StepContext {
  progress: Progress;
  signal?: AbortSignal;
}
