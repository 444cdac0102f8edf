import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { makeFolder } from '../conformance/tools.ts';

const MONITORING = join(import.meta.dirname, '../../monitoring');
const read = (path: string) => parse(readFileSync(join(MONITORING, path), 'utf8'));
const write = (path: string, document: unknown) => {
  writeFileSync(path, stringify(document, { aliasDuplicateObjects: false }));
  return path;
};

const secret = (folder: string, name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

interface ScrapeConfig {
  job_name: string;
  authorization?: { credentials_file: string };
  static_configs?: { targets: string[] }[];
  dns_sd_configs?: unknown;
}

/**
 * Copies Prometheus' configuration and rules to a folder of the test. Only addresses and intervals differ: the targets
 * are the given ones, by job, jobs without targets are left out, and the intervals are a second or as given.
 * @param options.every seconds between two scrapes, and the timeout of a scrape.
 * @param options.key key for the API.
 * @param options.hurry whether alerts fire after a second, whatever their `for` says.
 * @returns the path of prometheus.yml.
 */
export function prometheusConfig(options: {
  targets: Readonly<Record<string, string>>;
  key: string;
  every?: number;
  alertmanager?: string;
  hurry?: boolean;
}): string {
  const { targets, key, every = 1, alertmanager, hurry = false } = options;
  const folder = makeFolder();
  const config = read('prometheus/prometheus.yml');
  const jobs = (config.scrape_configs as ScrapeConfig[]).map(({ job_name }) => job_name);
  const strange = Object.keys(targets).filter((job) => !jobs.includes(job));
  if (strange.length > 0) throw new Error(`prometheus.yml scrapes no ${strange.join(', ')}.`);
  config.global.scrape_interval = `${every}s`;
  config.global.evaluation_interval = '1s';
  config.alerting.alertmanagers = alertmanager ? [{ static_configs: [{ targets: [alertmanager] }] }] : [];
  config.scrape_configs = (config.scrape_configs as ScrapeConfig[])
    .filter(({ job_name }) => Object.hasOwn(targets, job_name))
    .map(({ static_configs, dns_sd_configs, authorization, ...rest }) => ({
      ...rest,
      ...(authorization && { authorization: { credentials_file: secret(folder, 'key', key) } }),
      static_configs: [{ targets: [targets[rest.job_name]] }],
    }));
  config.rule_files = readdirSync(join(MONITORING, 'prometheus/rules')).map((name) => {
    const rules = read(`prometheus/rules/${name}`) as { groups: { rules: { for?: string }[] }[] };
    if (hurry) for (const rule of rules.groups.flatMap((group) => group.rules)) if (rule.for) rule.for = '1s';
    return write(join(folder, name), rules);
  });
  return write(join(folder, 'prometheus.yml'), config);
}

/**
 * Copies Alertmanager's configuration, with other addresses, secrets and intervals.
 * @returns the path of alertmanager.yml.
 */
export function alertmanagerConfig(options: { slack: string; hook: string; token: string }): string {
  const folder = makeFolder();
  const config = read('alertmanager/alertmanager.yml');
  for (const route of [config.route, ...config.route.routes]) {
    route.group_wait = '1s';
    route.group_interval = '1s';
  }
  const [receiver] = config.receivers;
  receiver.slack_configs[0].api_url_file = secret(folder, 'slack', options.slack);
  receiver.webhook_configs[0].url = options.hook;
  receiver.webhook_configs[0].http_config.authorization.credentials_file = secret(
    folder,
    'token',
    options.token,
  );
  return write(join(folder, 'alertmanager.yml'), config);
}

/** One answer of Prometheus' HTTP API. @throws if it is not a success */
// biome-ignore lint/suspicious/noExplicitAny: checked by assertions.
export async function askPrometheus(url: string, path: string, query: Record<string, string>): Promise<any> {
  const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`);
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: unknown };
  if (status !== 'success') throw new Error(`Prometheus does not answer ${JSON.stringify(query)}: ${error}`);
  return data;
}
