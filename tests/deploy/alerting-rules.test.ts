import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createMetrics } from '../../monitoring/metrics.ts';
import { temporaryFolder } from '../conformance/tools.ts';
import { dashboardFiles, dashboardSchema, queriesOf } from '../monitoring/dashboards.ts';
import { hasProgram } from '../services/real.ts';

const run = promisify(execFile);
const MONITORING = join(import.meta.dirname, '../../monitoring');
const PROMETHEUS = join(MONITORING, 'prometheus');
const RULES = join(PROMETHEUS, 'rules');
const ALERTS = ['serving.yml', 'models.yml', 'jobs.yml', 'host.yml', 'watching.yml'];

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
interface RuleFile {
  groups: { name: string; rules: Rule[] }[];
}

const read = (path: string): string => readFileSync(path, 'utf8');
const rulesOf = (name: string) =>
  (parse(read(join(RULES, name))) as RuleFile).groups.flatMap(({ rules }) => rules);
const alerts = ALERTS.flatMap((file) =>
  rulesOf(file).map((rule, place) => ({ file, place, rule, name: `${rule.alert} ${rule.labels?.severity}` })),
);

it('tests every file of rules', () => {
  expect(readdirSync(RULES).sort()).toEqual([...ALERTS, 'recording.yml'].sort());
  expect(readdirSync(join(PROMETHEUS, 'tests')).sort()).toEqual([...ALERTS].sort());
});

it.each(alerts)('$name has a summary, a description, an action and a runbook', ({ rule }) => {
  expect(['critical', 'warning']).toContain(rule.labels?.severity);
  for (const part of ['summary', 'description', 'action'])
    expect(rule.annotations?.[part]?.length).toBeGreaterThan(10);
  const [page, anchor] = (rule.annotations?.runbook ?? '').split('#');
  expect(anchor).toBe(rule.alert?.toLowerCase());
  expect(read(join(MONITORING, '..', page))).toContain(`\n### ${rule.alert}\n`);
});

it('refers only to metrics and dashboards that exist', async () => {
  const kept = await createMetrics().registry.getMetricsAsArray();
  const own = new Set(
    kept.flatMap(({ name, type }) =>
      (type as unknown as string) === 'histogram'
        ? ['bucket', 'sum', 'count'].map((suffix) => `${name}_${suffix}`)
        : [name],
    ),
  );
  const rules = [...ALERTS, 'recording.yml'].flatMap(rulesOf);
  const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
  const boards = [...dashboardFiles.values()].map((file) => dashboardSchema.parse(file));
  const texts = [...rules, ...boards.flatMap(queriesOf)].map(({ expr }) => expr);
  const unknown = texts.flatMap((text) =>
    [...text.replaceAll(/"[^"]*"/g, '').matchAll(/[a-z_:][\w:]*/gi)]
      .map(([name]) => name)
      .filter((name) =>
        name.includes(':')
          ? !recorded.has(name)
          : /^(touchline|process|nodejs)_/.test(name) && !own.has(name),
      ),
  );
  expect(unknown).toEqual([]);
  // Every recording rule must be used.
  const unused = [...recorded].filter((name) => !texts.some((text) => text.includes(name)));
  expect(unused).toEqual([]);
  const titles = boards.map(({ title }) => title.replace('Touchline: ', '').toLowerCase());
  for (const { rule } of alerts)
    for (const [, named] of rule.annotations!.action.matchAll(/dashboard '([^']+)'/g))
      expect(titles).toContain(named.toLowerCase());
});

describe.skipIf(!hasProgram('promtool'))('the rules by promtool (needs promtool)', () => {
  it('accepts the configuration and the rules', async () => {
    // `--syntax-only`, since the secrets are files that exist only in deployment.
    await run('promtool', ['check', 'config', '--syntax-only', join(PROMETHEUS, 'prometheus.yml')]);
    await run('promtool', ['check', 'rules', ...readdirSync(RULES).map((name) => join(RULES, name))]);
  });

  it.each(ALERTS)('confirms when the alerts of %s fire and when they do not', async (file) => {
    await run('promtool', ['test', 'rules', join(PROMETHEUS, 'tests', file)]);
  });

  // Guards against test files that test nothing.
  it.each(alerts)('fails if $name never fires, or always does', async ({ file, place, rule: { alert } }) => {
    const folder = temporaryFolder();
    cpSync(PROMETHEUS, folder, { recursive: true });
    const scenarios = parse(read(join(PROMETHEUS, 'tests', file))) as { tests: { name: string }[] };
    const own = scenarios.tests.filter(({ name }) => name.startsWith(`${alert} `));
    writeFileSync(join(folder, 'tests', file), stringify({ ...scenarios, tests: own }));
    const withRule = async (change: (rule: Rule) => void) => {
      const document = parse(read(join(RULES, file))) as RuleFile;
      change(document.groups[0].rules[place]);
      writeFileSync(join(folder, 'rules', file), stringify(document, { aliasDuplicateObjects: false }));
      return run('promtool', ['test', 'rules', join(folder, 'tests', file)]).then(
        () => 'passed',
        ({ stderr, stdout }) => (/FAILED/.test(`${stderr}${stdout}`) ? 'failed' : `${stderr}${stdout}`),
      );
    };
    expect(
      await withRule((rule) => {
        rule.expr = `(${rule.expr}) > Inf`;
      }),
    ).toBe('failed');
    expect(
      await withRule((rule) => {
        rule.expr = `(${rule.expr}) or vector(1)`;
      }),
    ).toBe('failed');
  });
});

it.skipIf(!hasProgram('amtool'))(
  'amtool accepts the configuration of Alertmanager (needs amtool)',
  async () => {
    const { stdout } = await run('amtool', [
      'check-config',
      join(MONITORING, 'alertmanager/alertmanager.yml'),
    ]);
    expect(stdout).toContain('SUCCESS');
  },
);
