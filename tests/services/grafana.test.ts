import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { biomechanics } from '../../pipelines/biomechanics.ts';
import { enqueueAndWait } from '../../pipelines/enqueue-and-wait.ts';
import { driftJob } from '../../pipelines/jobs.ts';
import { configSchema } from '../../platform/config.ts';
import { createLog } from '../../platform/log.ts';
import { openPlatform } from '../../platform/open.ts';
import { writeClips } from '../cli/data.ts';
import { touchline } from '../cli/touchline.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { dashboardFiles, dashboardSchema, queriesOf } from '../monitoring/dashboards.ts';
import { freePort, hasProgram, type OwnService, startService } from './real.ts';
import { askPrometheus, prometheusConfig } from './shipped-monitoring.ts';
import { startWatched, type Watched } from './watched.ts';

const available = ['prometheus', 'prometheus-node-exporter'].every(hasProgram);

describe.skipIf(!available)(
  'dashboards on a real Prometheus that scrapes server, worker and machine (needs prometheus and prometheus-node-exporter)',
  () => {
    const services: OwnService[] = [];
    let prometheus: OwnService;
    let watched: Watched | undefined;

    const post = async (path: string, body: unknown) => {
      const { url, authorization } = watched!;
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(body),
      });
      // biome-ignore lint/suspicious/noExplicitAny: checked by assertions.
      return { status: answer.status, body: (await answer.json()) as any };
    };

    beforeAll(async () => {
      const folder = makeFolder();
      const data = join(folder, 'state');
      const from = ['--from', writeClips(join(folder, 'clips')), '--estimators', 'linear'];
      const trained = await touchline(['run', 'biomechanics', ...from, '--data', data]);
      expect(trained.status, trained.stderr).toBe(0);

      watched = await startWatched({ TOUCHLINE_DATA: data });
      const node = await startService('node-exporter');
      services.push(node);
      const ownPort = await freePort();
      const config = prometheusConfig({
        targets: {
          ...watched.targets,
          'node-exporter': `127.0.0.1:${node.port}`,
          prometheus: `127.0.0.1:${ownPort}`,
        },
        key: watched.key,
      });
      prometheus = await startService('prometheus', { port: ownPort, env: { PROMETHEUS_CONFIG: config } });
      services.push(prometheus);
      // Counters exist before anything happens, so that Prometheus sees them change.
      await eventually(async () => {
        const { result } = await askPrometheus(prometheus.url, 'query', { query: 'up == 1' });
        return result.length === 4;
      }, 30_000);
      await cause(data);
    }, 120_000);

    /** Causes what the panels show, over some scrapes: all kinds of answers, outcomes and a drift check. */
    async function cause(data: string): Promise<void> {
      const items = [11, 12, 13].flatMap((seed) => biomechanics.simulatedItems?.(seed) ?? []).slice(0, 120);
      expect(items.length).toBe(120);
      const known: { prediction_id: string; value: number }[] = [];
      for (let from = 0; from < items.length; from += 20) {
        const { status, body } = await post(biomechanics.serving.path, {
          items: items.slice(from, from + 20),
        });
        expect(status).toBe(200);
        for (const { prediction_id, score } of body.items) known.push({ prediction_id, value: score });
        // Single predictions with reasons, an invalid one, and the rules of a product without a champion.
        expect((await post(biomechanics.serving.path, items[from])).status).toBe(200);
        expect((await post(biomechanics.serving.path, {})).status).toBe(400);
        await new Promise((resolve) => setTimeout(resolve, 700));
      }
      expect((await post('/v1/outcomes/biomechanics', { items: known })).status).toBe(200);
      const platform = openPlatform(configSchema.parse({ data }), createLog({ level: 'silent' }));
      try {
        // Predictions reach the store within a second or two.
        await eventually(
          async () => (await platform.store.collection('predictions').count()) >= items.length,
          20_000,
        );
        await enqueueAndWait(platform.queue, driftJob, { product: 'biomechanics' });
      } finally {
        await platform.close();
      }
    }

    afterAll(async () => {
      await watched?.close();
      await Promise.all(services.map((service) => service.stop()));
    });

    async function series(expr: string): Promise<number> {
      const end = Date.now() / 1_000;
      const range = { query: expr, start: String(end - 120), end: String(end), step: '1' };
      const { result } = await askPrometheus(prometheus.url, 'query_range', range);
      return result.filter(({ values }: { values: [number, string][] }) =>
        values.some(([, value]) => Number.isFinite(Number(value))),
      ).length;
    }

    const panels = [...dashboardFiles].flatMap(([file, dashboard]) =>
      queriesOf(dashboardSchema.parse(dashboard)).map((query) => ({ file, ...query })),
    );

    it.each(panels)('$file, $panel: $expr', async ({ expr }) => {
      // The last changes may not have been scraped and recorded yet.
      await eventually(async () => (await series(expr)) > 0, 15_000);
    });

    it.each([...dashboardFiles])('%s offers values to choose from', async (_file, dashboard) => {
      for (const { query } of dashboardSchema.parse(dashboard).templating.list) {
        const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query)!;
        expect(
          await askPrometheus(prometheus.url, `label/${label}/values`, { 'match[]': metric }),
        ).not.toEqual([]);
      }
    });

    it('evaluates every rule without an error', async () => {
      const { groups } = await askPrometheus(prometheus.url, 'rules', {});
      const rules = groups.flatMap((group: { rules: { name: string; health: string }[] }) => group.rules);
      expect(rules.length).toBeGreaterThan(30);
      expect(rules.filter(({ health }: { health: string }) => health !== 'ok')).toEqual([]);
    });
  },
);
