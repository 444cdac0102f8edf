import { z } from 'zod';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { Tracking } from '../../../platform/tracking/tracking.ts';
import { championAt, history, historyJson } from '../../../registry/history.ts';
import type { ServedProduct } from '../../product.ts';
import type { Champions } from '../../runtime/champion.ts';
import { type Route, STILL_PAGE } from '../route.ts';

export interface ModelsDeps {
  products: readonly ServedProduct[];
  champions: Champions;
  tracking: Tracking;
  store: Store;
}

const MOST_RUNS = 50;

/** Parameter of routes below one product. */
export const productParam = {
  product: { schema: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), description: 'Name of the product' },
};

/** @throws NOT_FOUND for a name that no product has. */
export function findProduct(products: readonly ServedProduct[], name: string): ServedProduct {
  const found = products.find((product) => product.name === name);
  if (found === undefined) throw new TouchlineError('NOT_FOUND', `There is no product ${name}.`);
  return found;
}

const championPeriodSchema = z.object({
  version: z.number(),
  package: z.string(),
  since: z.string(),
  until: z.string().nullable(),
  action: z.enum(['promote', 'rollback']),
  by: z.string(),
  previous: z.number().nullable(),
  reasons: z.array(z.string()),
});

const refusalSchema = z.object({
  at: z.string(),
  version: z.number(),
  code: z.string(),
  by: z.string(),
  reasons: z.array(z.string()),
});

const candidateSchema = z.object({
  run: z.string(),
  estimator: z.string(),
  status: z.enum(['running', 'finished', 'failed', 'killed']),
  version: z.number().nullable().describe('Null where it was not put before the gate'),
  package: z.string().nullable(),
  started: z.string(),
  metrics: z.record(z.string(), z.number()),
});

const productModelsSchema = z.object({
  product: z.string(),
  champion: z
    .object({
      version: z.number(),
      package: z.string(),
      since: z.string(),
      estimator: z.string(),
      device: z.enum(['cpu', 'cuda']).describe('What computes its predictions'),
    })
    .nullable(),
  failure: z.object({ version: z.number(), code: z.string(), message: z.string() }).nullable(),
  candidates: z.array(candidateSchema).describe('Newest first'),
});

async function modelsOf(product: ServedProduct, { champions, tracking }: ModelsDeps) {
  const { served, failure } = champions.state(product.name);
  const [runs, versions] = await Promise.all([
    tracking.listRuns(product.name, MOST_RUNS),
    tracking.listVersions(product.name),
  ]);
  const registered = new Map(versions.map((version) => [version.run, version]));
  const candidates = runs.map((run) => ({
    run: run.id,
    estimator: run.tags.estimator ?? run.name,
    status: run.status,
    version: registered.get(run.id)?.version ?? null,
    package: registered.get(run.id)?.package ?? null,
    started: run.startedAt,
    metrics: run.metrics,
  }));
  return {
    product: product.name,
    champion: served ?? null,
    failure:
      failure === undefined
        ? null
        : { version: failure.version, code: failure.code, message: failure.message },
    candidates,
  };
}

export function modelRoutes(deps: ModelsDeps): Route[] {
  const { products } = deps;
  return [
    {
      method: 'get',
      path: '/v1/models',
      access: 'viewer',
      tag: 'models',
      summary: 'Champions that answer here, and candidates with their metrics',
      answer: {
        description: 'One entry a product',
        schema: z.object({ models: z.array(productModelsSchema) }),
      },
      handle: async () => ({
        json: { models: await Promise.all(products.map((product) => modelsOf(product, deps))) },
      }),
    },
    {
      method: 'get',
      path: '/v1/models/:product/history',
      access: 'viewer',
      tag: 'models',
      summary: 'Who was champion, when and why, and what was refused',
      params: productParam,
      query: z.strictObject({
        at: z.iso.datetime({ offset: true }).optional().describe('Only who was champion at this time'),
      }),
      answer: {
        description: 'Newest first',
        schema: z.object({ reigns: z.array(championPeriodSchema), refusals: z.array(refusalSchema) }),
      },
      errors: ['NOT_FOUND'],
      async handle({ params, query }) {
        const { name } = findProduct(products, params.product);
        if (typeof query.at === 'string') {
          const period = await championAt(name, query.at, deps);
          return { json: historyJson({ periods: period === undefined ? [] : [period], rejections: [] }) };
        }
        return { json: historyJson(await history(name, deps)) };
      },
    },
    {
      method: 'get',
      path: '/v1/models/:product/runs/:run/report',
      access: 'viewer',
      tag: 'models',
      summary: 'The report of one candidate: curves, residuals, calibration, importance',
      params: {
        ...productParam,
        run: { schema: z.string().regex(/^[A-Za-z0-9-]{1,64}$/), description: 'Id of the run' },
      },
      answer: { description: 'One HTML file that needs no network', type: 'text/html' },
      errors: ['NOT_FOUND'],
      async handle({ params }) {
        const { name } = findProduct(products, params.product);
        const run = await deps.tracking.getRun(params.run);
        if (run?.experiment !== name)
          throw new TouchlineError('NOT_FOUND', `${name} has no run ${params.run}.`);
        const report = await deps.tracking.getArtifact(run.id, 'report.html');
        return {
          headers: STILL_PAGE,
          text: { type: 'html', content: Buffer.from(report).toString() },
        };
      },
    },
  ];
}
