import { z } from 'zod';
import { TouchlineError } from '../../../platform/errors.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { Tracking } from '../../../platform/tracking/tracking.ts';
import { championAt, history } from '../../../registry/promotion.ts';
import type { ServedProduct } from '../../product.ts';
import type { Champions } from '../../runtime/champion.ts';
import type { Route } from '../route.ts';

export interface ModelsDeps {
  products: readonly ServedProduct[];
  champions: Champions;
  tracking: Tracking;
  store: Store;
}

const MOST_VERSIONS = 50;

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

const reignSchema = z.object({
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
  version: z.number(),
  package: z.string(),
  run: z.string(),
  estimator: z.string().nullable(),
  created: z.string(),
  metrics: z.record(z.string(), z.number()),
});

const productModelsSchema = z.object({
  product: z.string(),
  champion: z.object({ version: z.number(), package: z.string(), since: z.string() }).nullable(),
  failure: z.object({ version: z.number(), code: z.string(), message: z.string() }).nullable(),
  candidates: z.array(candidateSchema).describe('Registered versions, newest first'),
});

async function modelsOf(product: ServedProduct, { champions, tracking }: ModelsDeps) {
  const { served, failure } = champions.state(product.name);
  const versions = (await tracking.listVersions(product.name)).slice(0, MOST_VERSIONS);
  const candidates = await Promise.all(
    versions.map(async (version) => {
      const run = await tracking.getRun(version.run);
      const estimator = run?.params.estimator ?? version.tags.estimator ?? run?.name;
      return {
        version: version.version,
        package: version.package,
        run: version.run,
        estimator: estimator === undefined ? null : String(estimator),
        created: version.createdAt,
        metrics: run?.metrics ?? {},
      };
    }),
  );
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
        schema: z.object({ reigns: z.array(reignSchema), refusals: z.array(refusalSchema) }),
      },
      errors: ['NOT_FOUND'],
      async handle({ params, query }) {
        const { name } = findProduct(products, params.product);
        if (typeof query.at === 'string') {
          const reign = await championAt(name, query.at, deps);
          return { json: { reigns: reign === undefined ? [] : [reign], refusals: [] } };
        }
        return { json: await history(name, deps) };
      },
    },
  ];
}
