import { METRICS_TYPE } from '../../../monitoring/metrics.ts';
import type { Route } from '../route.ts';

/** What Prometheus scrapes, for those who have a key. */
export function metricsRoutes({ scrape }: { scrape(): Promise<string> }): Route[] {
  return [
    {
      method: 'get',
      path: '/metrics',
      access: 'viewer',
      tag: 'monitoring',
      summary: 'Metrics in Prometheus’ text format',
      answer: { description: 'Text format 0.0.4', type: 'text/plain' },
      handle: async () => ({ text: { type: METRICS_TYPE, content: await scrape() } }),
    },
  ];
}
