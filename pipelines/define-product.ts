import type { z } from 'zod';
import { DEFAULT_SPLIT } from '../datasets/snapshots/split.ts';
import { etlPlan } from '../etl/plan.ts';
import { toServedProduct } from '../serving/product.ts';
import { metricsFor } from '../statistics/metrics.ts';
import { checkColumns, checkDeclaration, checkExample } from './check-declaration.ts';
import type { FieldOf, RecordDeclaration, RowsDeclaration } from './declaration.ts';
import { inWords, toFeatureSet } from './feature-list.ts';
import type { Product } from './product.ts';
import { rowsOfRecords } from './record-rows.ts';

const PRIMARY = { regression: 'mae', binary: 'logLoss' } as const;
const LOSS_NAMES: Readonly<Record<string, string>> = { mae: 'absolute error', logLoss: 'log-loss' };
const HOURLY = '0 * * * *';

const defined = new WeakSet<object>();

/** Whether a value was made by `defineProduct`. */
export const isProduct = (value: unknown): value is Product =>
  typeof value === 'object' && value !== null && defined.has(value);

/**
 * Declares a product: its name, scale, features, data, training, gate, monitors and serving, each in one place. The ETL
 * plan, the training plan, the routes and the pages are derived from it.
 *
 * The short form names a `record` schema and which of its fields are the group and the target; the long form names
 * `sources` and `rows` for records that are joined.
 * `pipelines/index.ts` has an example.
 * @throws INVALID_CONFIG that names the field and says what to write
 */
export function defineProduct<S extends z.ZodObject, const K extends FieldOf<S>>(
  declaration: RecordDeclaration<S, K>,
): Product;
export function defineProduct<R, F, I>(declaration: RowsDeclaration<R, F, I>): Product;
export function defineProduct(given: object): Product {
  const checked = checkDeclaration(given);
  const declaration = 'record' in checked ? rowsOfRecords(checked) : checked;
  const { name, task, scale, quality, baseline, simulate, simulatedItems } = declaration;
  const { title = inWords(name), primary = PRIMARY[task] } = declaration;
  const { sources, rows, serving } = declaration;
  const features = toFeatureSet(name, declaration.features);
  checkColumns(declaration, features.columns);
  const product: Product = {
    name,
    task,
    scale,
    features: features as Product['features'],
    etl: etlPlan({ product: name, sources, rows, features, scale }) as Product['etl'],
    split: declaration.split ?? DEFAULT_SPLIT,
    quality,
    training: {
      estimators: declaration.estimators ?? { linear: {}, boosting: {} },
      primaryMetric: primary,
      metrics: metricsFor(task, scale).map((metric) => metric.name),
      raters: rows.ratings !== undefined,
      intervalColumn: declaration.intervalColumn,
    },
    gate: {
      loss: LOSS_NAMES[primary] ?? primary,
      tie: scale ? (scale[1] - scale[0]) / 500 : 0.001,
      maxLatencyMs: 25,
      ...declaration.gate,
    },
    baseline,
    monitors: { retrain: true, cron: HOURLY, ...declaration.monitors },
    serving: toServedProduct({
      name,
      title,
      description: declaration.description,
      task,
      scale,
      features,
      detectors: declaration.monitors?.detectors,
      toRecord: (input: unknown) => input,
      ...serving,
      scoring: serving.scoring?.(name),
    }),
    simulate,
    simulatedItems,
  };
  checkExample(product);
  defined.add(product);
  return product;
}
