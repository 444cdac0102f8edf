import { z } from 'zod';
import { TouchlineError } from '../../../platform/errors.ts';
import { findProduct, productParam } from '../product-param.ts';
import { defineRoute, STATIC_PAGE_HEADERS } from '../route.ts';

export const candidateReport = defineRoute({
  method: 'get',
  path: '/v1/models/:product/runs/:run/report',
  access: 'viewer',
  tag: 'models',
  summary: 'The report of one candidate: curves, residuals, calibration, importance',
  params: {
    ...productParam,
    run: { schema: z.string().regex(/^[A-Za-z0-9-]{1,64}$/), description: 'Id of the run' },
  },
  answer: { description: 'One self-contained HTML file', type: 'text/html' },
  errors: ['NOT_FOUND'],
  async handle({ params }, { products, tracking }) {
    const { name } = findProduct(products, params.product);
    const run = await tracking.getRun(params.run);
    if (run?.experiment !== name) throw new TouchlineError('NOT_FOUND', `${name} has no run ${params.run}.`);
    const report = await tracking.getArtifact(run.id, 'report.html');
    return {
      headers: STATIC_PAGE_HEADERS,
      text: { type: 'html', content: Buffer.from(report).toString() },
    };
  },
});
