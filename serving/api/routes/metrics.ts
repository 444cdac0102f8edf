import type { Metrics } from '../../../monitoring/metrics.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { ServedProduct } from '../../product.ts';
import type { Champions } from '../../runtime/champion.ts';
import type { Route } from '../route.ts';

export interface MetricsDeps {
  metrics: Metrics;
  products: readonly ServedProduct[];
  champions: Champions;
  queue: Pick<Queue, 'counts'>;
}

/** What Prometheus scrapes; gauges are read when it asks. */
export function metricsRoutes({ metrics, products, champions, queue }: MetricsDeps): Route[] {
  return [
    {
      method: 'get',
      path: '/metrics',
      access: 'viewer',
      tag: 'monitoring',
      summary: 'Metrics in Prometheus’ text format',
      answer: { description: 'Text format 0.0.4', type: 'text/plain' },
      async handle() {
        for (const { name } of products) {
          const { served } = champions.state(name);
          if (served !== undefined) metrics.setModel(name, served.version, served.package);
        }
        // A queue that is away must not take the other metrics with it.
        const counts = await queue.counts().catch(() => ({}));
        for (const [state, count] of Object.entries(counts)) metrics.queueDepth.set({ state }, count);
        return { text: { type: metrics.registry.contentType, content: await metrics.registry.metrics() } };
      },
    },
  ];
}
