import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Service {
  environment?: Record<string, string | number>;
  secrets?: string[];
  volumes?: string[];
  command?: string[];
}
const { services, secrets } = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  secrets: Record<string, unknown>;
};

/** Every `host:port` that Prometheus scrapes or sends alerts to. */
function addresses(): [string, string][] {
  const { scrape_configs, alerting } = parse(read('monitoring/prometheus/prometheus.yml'));
  const all = [...scrape_configs, ...alerting.alertmanagers].flatMap(
    ({ static_configs = [], dns_sd_configs = [] }) => [
      ...static_configs.flatMap(({ targets }: { targets: string[] }) => targets),
      ...dns_sd_configs.flatMap(({ names, port }: { names: string[]; port: number }) =>
        names.map((name) => `${name}:${port}`),
      ),
    ],
  );
  return [...new Set(all)].map((address) => address.split(':') as [string, string]);
}

it('runs a service for every target of Prometheus, on the expected port', () => {
  const found = addresses();
  expect(found.map(([host]) => host).sort()).toEqual(
    ['alertmanager', 'api', 'dcgm-exporter', 'node-exporter', 'prometheus', 'worker'].sort(),
  );
  for (const [host] of found) expect(Object.keys(services)).toContain(host);
  const { worker, api } = services;
  const port = new Map(found);
  expect(worker.environment).toMatchObject({ TOUCHLINE_HOST: '0.0.0.0' });
  expect(String(worker.environment?.TOUCHLINE_METRICS_PORT)).toBe(port.get('worker'));
  expect(api.environment).toMatchObject({ TOUCHLINE_HOST: '0.0.0.0' });
  expect(port.get('api')).toBe('8080');
});

it.each([
  ['prometheus', 'monitoring/prometheus/prometheus.yml'],
  ['alertmanager', 'monitoring/alertmanager/alertmanager.yml'],
])('gives %s the secrets that its configuration refers to', (service, path) => {
  const named = [...read(path).matchAll(/\/run\/secrets\/(\w+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  expect([...new Set(named)].sort()).toEqual([...(services[service].secrets ?? [])].sort());
  for (const name of named) expect(Object.keys(secrets)).toContain(name);
});

it('gives the API the token that Alertmanager sends', () => {
  const { receivers } = parse(read('monitoring/alertmanager/alertmanager.yml'));
  expect(services.api.environment?.TOUCHLINE_HOOK_TOKEN_FILE).toBe(
    receivers[0].webhook_configs[0].http_config.authorization.credentials_file,
  );
});

it('mounts the files where Prometheus, Alertmanager and Grafana read them', () => {
  const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
  const { providers } = parse(read('monitoring/grafana/provisioning/dashboards/touchline.yml'));
  for (const mount of [
    './monitoring/prometheus:/etc/prometheus:ro',
    './monitoring/alertmanager:/etc/alertmanager:ro',
    './monitoring/grafana/provisioning:/etc/grafana/provisioning:ro',
    `./monitoring/grafana/dashboards:${providers[0].options.path}:ro`,
  ])
    expect(mounts).toContain(mount);
});
