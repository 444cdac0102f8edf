import { METRICS_TYPE } from '../../../monitoring/metrics.ts';
import { defineRoute } from '../route.ts';

export const metrics = defineRoute({
  method: 'get',
  path: '/metrics',
  access: 'viewer',
  tag: 'monitoring',
  summary: 'Metrics in Prometheus’ text format',
  answer: { description: 'Text format 0.0.4', type: 'text/plain' },
  handle: async (_call, { scrape }) => ({ text: { type: METRICS_TYPE, content: await scrape() } }),
});
