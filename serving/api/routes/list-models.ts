import { z } from 'zod';
import type { ServedProduct } from '../../product.ts';
import type { Services } from '../../services.ts';
import { defineRoute } from '../route.ts';

const MAX_RUNS = 50;

const candidateSchema = z.object({
  run: z.string(),
  estimator: z.string(),
  status: z.enum(['running', 'finished', 'failed', 'killed']),
  version: z.number().nullable().describe('Null where it was not submitted to the gate'),
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

async function modelsOf(
  product: ServedProduct,
  { champions, tracking }: Pick<Services, 'champions' | 'tracking'>,
): Promise<z.output<typeof productModelsSchema>> {
  const { served, failure } = champions.state(product.name);
  const [runs, versions] = await Promise.all([
    tracking.listRuns(product.name, MAX_RUNS),
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
    failure: failure ? { version: failure.version, code: failure.code, message: failure.message } : null,
    candidates,
  };
}

export const listModels = defineRoute({
  method: 'get',
  path: '/v1/models',
  access: 'viewer',
  tag: 'models',
  summary: 'The champions served here, and the candidates with their metrics',
  answer: {
    description: 'One entry per product',
    schema: z.object({ models: z.array(productModelsSchema) }),
  },
  handle: async (_call, services) => ({
    json: { models: await Promise.all(services.products.map((product) => modelsOf(product, services))) },
  }),
});
