import { afterEach, describe, expect, it } from 'vitest';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { hasProgram, type OwnService, serviceUrl, startProxy, startService } from './real.ts';
import { alertmanagerConfig, askPrometheus, prometheusConfig } from './shipped-monitoring.ts';
import { slackStandIn } from './slack-stand-in.ts';
import { HOOK_TOKEN, startWatched, type Watched } from './watched.ts';

const available = ['prometheus', 'prometheus-alertmanager'].every(hasProgram);

interface Entry {
  status: string;
  severity: string;
  title: string;
  facts: { name: string; value: string }[];
}

describe.skipIf(!available)(
  'alerts from Prometheus to their receivers (needs prometheus and prometheus-alertmanager)',
  () => {
    const closing: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    async function own(name: 'prometheus' | 'alertmanager' | 'mongodb', env?: Record<string, string>) {
      const service: OwnService = await startService(name, { env });
      closing.push(() => service.stop());
      return service;
    }

    /** Prometheus with our rules, Alertmanager with our routes, and a stand-in for Slack. */
    async function watch({ url, targets, key }: Watched, every?: number) {
      const slack = await slackStandIn();
      const hook = `${url}/hooks/alertmanager`;
      const alertmanager = await own('alertmanager', {
        ALERTMANAGER_CONFIG: alertmanagerConfig({ slack: slack.url, hook, token: HOOK_TOKEN }),
      });
      const address = `127.0.0.1:${alertmanager.port}`;
      const prometheus = await own('prometheus', {
        PROMETHEUS_CONFIG: prometheusConfig({
          targets: { ...targets, alertmanager: address },
          ...{ key, every },
          alertmanager: address,
          hurry: true,
        }),
      });
      await eventually(async () => {
        const { result } = await askPrometheus(prometheus.url, 'query', { query: 'up == 1' });
        return result.length === 3;
      }, 30_000);
      const named = (status: 'FIRING' | 'RESOLVED', alert: string) =>
        slack.posts.find(({ json }) => new RegExp(`\\[${status}(:\\d+)?\\] ${alert} `).test(json));
      return { slack, named, prometheus, alertmanager };
    }

    async function listed({ url, authorization }: Watched, alert: string): Promise<Entry | undefined> {
      const answer = await fetch(`${url}/v1/alerts`, { headers: { authorization } });
      const { alerts } = (await answer.json()) as { alerts: Entry[] };
      return alerts.find(({ facts }) => facts.some(({ name, value }) => name === 'alert' && value === alert));
    }

    it('report a stopped worker and its recovery to Slack and to the alerts of Touchline, with a remedy', async () => {
      const watched = await startWatched({ TOUCHLINE_DATA: makeFolder() });
      closing.push(watched.close);
      const { slack, named } = await watch(watched);
      const instance = watched.targets['touchline-worker'];

      watched.worker().child.kill('SIGKILL');
      const killed = performance.now();
      await eventually(() => named('FIRING', 'TargetDown') !== undefined, 30_000);
      console.info(`from a killed worker to Slack: ${((performance.now() - killed) / 1_000).toFixed(1)} s`);
      const post = named('FIRING', 'TargetDown')!;
      expect(post.colour).toBe('danger');
      // Alertmanager identifies an alert by the labels it is grouped by, then its other labels in order.
      expect(JSON.parse(post.json).attachments[0].title).toBe(
        `[FIRING:1] TargetDown (${instance} touchline-worker touchline critical)`,
      );
      const summary = `touchline-worker at ${instance} does not answer Prometheus`;
      expect(post.json).toContain(`*${summary}*`);
      expect(post.json).toContain('*What to do:* Prometheus');
      expect(post.json).toContain('docs/monitoring.md#targetdown');
      await eventually(async () => (await listed(watched, 'TargetDown'))?.status === 'open', 10_000);
      const entry = await listed(watched, 'TargetDown');
      expect(entry).toMatchObject({ severity: 'critical', title: `Prometheus: ${summary}` });
      expect(entry?.facts.find(({ name }) => name === 'action')?.value).toContain('Targets');

      await watched.restartWorker();
      await eventually(() => named('RESOLVED', 'TargetDown') !== undefined, 30_000);
      expect(named('RESOLVED', 'TargetDown')?.colour).toBe('good');
      await eventually(async () => (await listed(watched, 'TargetDown'))?.status === 'resolved', 10_000);
      // No other alert was sent.
      expect(slack.posts.filter(({ json }) => !json.includes('TargetDown'))).toEqual([]);
    }, 120_000);

    const mongodb = serviceUrl('mongodb') !== undefined;
    it.skipIf(!mongodb)(
      'report an unreachable store, but not its consequences',
      async () => {
        const mongodb = await own('mongodb');
        const line = await startProxy(mongodb.port);
        closing.push(() => line.close());
        const watched = await startWatched({
          TOUCHLINE_DATA: makeFolder(),
          TOUCHLINE_STORE: `mongodb://127.0.0.1:${line.port}/watched`,
        });
        closing.push(watched.close);
        // A scrape waits some seconds for an unreachable target.
        const { slack, named, prometheus, alertmanager } = await watch(watched, 5);

        await line.cut();
        await eventually(() => named('FIRING', 'DependencyDown') !== undefined, 60_000);
        expect(named('FIRING', 'DependencyDown')?.json).toContain('The API cannot reach its store');
        // The key of Prometheus is cached, so scraping continues: the store is down, the server is not.
        const ask = async (query: string) =>
          (await askPrometheus(prometheus.url, 'query', { query })).result.map(
            ({ value }: { value: [number, string] }) => value[1],
          );
        expect(await ask('up{job="touchline-api"}')).toEqual(['1']);
        expect(await ask('touchline_dependency_up{dependency="store"}')).toEqual(['0']);
        const suppressed = async () => {
          // Requests that need the store fail meanwhile, and Prometheus counts them.
          await Promise.all(Array.from({ length: 20 }, () => listed(watched, '').catch(() => {})));
          const answer = await fetch(`${alertmanager.url}/api/v2/alerts?filter=alertname="HighErrorRate"`);
          const found = (await answer.json()) as { status: { state: string } }[];
          return found.length > 0 && found.every(({ status }) => status.state === 'suppressed');
        };
        await eventually(suppressed, 30_000);
        expect(slack.posts.filter(({ json }) => !json.includes('DependencyDown'))).toEqual([]);

        await line.heal();
        await eventually(() => named('RESOLVED', 'DependencyDown') !== undefined, 60_000);
      },
      180_000,
    );
  },
);
