import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentOf, type Started, start, touchline } from '../cli/touchline.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { freePort, hasProgram, type OwnService, startService } from './real.ts';
import { alertmanagerConfig, askPrometheus, prometheusConfig } from './shipped-monitoring.ts';
import { slackStandIn } from './slack-stand-in.ts';

const there = ['prometheus', 'prometheus-alertmanager'].every(hasProgram);
const TOKEN = 'a-token-of-the-hook';

interface Entry {
  status: string;
  severity: string;
  title: string;
  body: string;
  facts: { name: string; value: string }[];
}

describe.skipIf(!there)('from a process that died to those who are told', () => {
  const started: Started[] = [];
  const services: OwnService[] = [];
  afterEach(async () => {
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.splice(0).map(({ ended }) => ended));
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });

  let data: string;
  let api: string;
  let ports: { api: number; worker: number };
  let authorization: string;

  const command = async (name: 'serve' | 'worker', metricsPort: number) => {
    const args = [name, '--json', '--data', data, ...(name === 'serve' ? ['--port', '0'] : [])];
    const process = await start(args, {
      env: {
        TOUCHLINE_LOG_LEVEL: 'warn',
        TOUCHLINE_METRICS_PORT: String(metricsPort),
        TOUCHLINE_HOOK_TOKEN: TOKEN,
      },
    });
    started.push(process);
    await eventually(() => process.output().endsWith('\n'), 30_000);
    return process;
  };

  beforeEach(async () => {
    data = makeFolder();
    const keys = await touchline(['keys', 'create', '--role', 'operator', '--json', '--data', data]);
    authorization = `Bearer ${documentOf(keys).key}`;
    ports = { api: await freePort(), worker: await freePort() };
    api = JSON.parse((await command('serve', ports.api)).output()).url;
  }, 60_000);

  it('tells Slack and the list of Touchline that a worker is down, what to do, and that it is over', async () => {
    const slack = await slackStandIn();
    const worker = await command('worker', ports.worker);
    const alertmanager = await startService('alertmanager', {
      env: {
        ALERTMANAGER_CONFIG: alertmanagerConfig({
          slack: slack.url,
          hook: `${api}/hooks/alertmanager`,
          token: TOKEN,
        }),
      },
    });
    services.push(alertmanager);
    const prometheus = await startService('prometheus', {
      env: {
        PROMETHEUS_CONFIG: prometheusConfig({
          targets: {
            'touchline-api': `127.0.0.1:${ports.api}`,
            'touchline-worker': `127.0.0.1:${ports.worker}`,
            alertmanager: `127.0.0.1:${alertmanager.port}`,
          },
          alertmanager: `127.0.0.1:${alertmanager.port}`,
          hurry: true,
        }),
      },
    });
    services.push(prometheus);
    await eventually(async () => {
      const { result } = await askPrometheus(prometheus.url, 'query', { query: 'up == 1' });
      return result.length === 3;
    }, 30_000);

    worker.child.kill('SIGKILL');
    const killed = performance.now();
    await eventually(() => slack.posts.some(({ json }) => json.includes('FIRING:1] TargetDown')), 30_000);
    const seconds = (performance.now() - killed) / 1_000;
    const told = slack.posts.find(({ json }) => json.includes('TargetDown'))!;
    expect(told.colour).toBe('danger');
    // As Alertmanager names an alert: what it is grouped by, then its other labels, in order.
    expect(JSON.parse(told.json).attachments[0].title).toBe(
      `[FIRING:1] TargetDown (127.0.0.1:${ports.worker} touchline-worker touchline critical)`,
    );
    expect(told.json).toContain(`touchline-worker at 127.0.0.1:${ports.worker} does not answer Prometheus`);
    expect(told.json).toContain('*What to do:* Prometheus');
    expect(told.json).toContain('docs/monitoring.md#targetdown');

    const listed = async () => {
      const answer = await fetch(`${api}/v1/alerts`, { headers: { authorization } });
      const { alerts } = (await answer.json()) as { alerts: Entry[] };
      return alerts.find(({ facts }) => facts.some(({ value }) => value === 'TargetDown'));
    };
    await eventually(async () => (await listed())?.status === 'open', 10_000);
    expect(await listed()).toMatchObject({
      severity: 'critical',
      title: `Prometheus: touchline-worker at 127.0.0.1:${ports.worker} does not answer Prometheus`,
    });
    expect((await listed())?.facts.find(({ name }) => name === 'action')?.value).toContain('Targets');

    await command('worker', ports.worker);
    await eventually(() => slack.posts.some(({ json }) => json.includes('RESOLVED] TargetDown')), 30_000);
    expect(slack.posts.find(({ json }) => json.includes('RESOLVED'))?.colour).toBe('good');
    await eventually(async () => (await listed())?.status === 'resolved', 10_000);
    // Nobody is told of what is not so.
    expect(slack.posts.filter(({ json }) => !json.includes('TargetDown'))).toEqual([]);
    console.info(`killed worker to Slack: ${seconds.toFixed(1)} s`);
  }, 120_000);
});
