import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const FOLDER = new URL('../../monitoring/grafana/dashboards/', import.meta.url);

const UNITS = ['none', 'short', 'percentunit', 's', 'bytes', 'Bps', 'reqps', 'ops'] as const;
const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('prometheus') });
const gridPos = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});
const title = z.string().min(1).max(60);
const options = z.record(z.string(), z.unknown());

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: z.string().min(1),
  legendFormat: z.string(),
  instant: z.literal(true).optional(),
  range: z.literal(false).optional(),
  format: z.literal('table').optional(),
});

const chart = z.strictObject({
  id: z.int().min(1),
  type: z.enum(['timeseries', 'stat', 'table', 'bargauge', 'state-timeline']),
  title,
  description: z.string().min(1),
  datasource,
  gridPos,
  fieldConfig: z.strictObject({
    defaults: z.object({ unit: z.enum(UNITS) }),
    overrides: z.array(z.unknown()),
  }),
  options,
  targets: z.array(target).min(1),
  transformations: z.array(z.strictObject({ id: z.string(), options })).optional(),
});

const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title,
  collapsed: z.literal(false),
  gridPos,
  panels: z.array(z.unknown()).length(0),
});

/** The fields that Grafana needs in a provisioned dashboard file. */
export const dashboardSchema = z.strictObject({
  uid: z.string().regex(/^[a-z-]{1,40}$/),
  title,
  description: z.string().min(1),
  tags: z.array(z.string()).min(1),
  schemaVersion: z.literal(39),
  editable: z.boolean(),
  graphTooltip: z.literal(1),
  timezone: z.literal('browser'),
  refresh: z.string(),
  time: z.strictObject({ from: z.string().startsWith('now-'), to: z.literal('now') }),
  templating: z.strictObject({
    list: z.array(
      z.object({
        name: z.string(),
        type: z.literal('query'),
        datasource,
        query: z.strictObject({
          query: z.string().regex(/^label_values\(\w+, \w+\)$/),
          refId: z.string(),
        }),
        multi: z.literal(true),
        allValue: z.literal('.*'),
      }),
    ),
  }),
  annotations: z.strictObject({ list: z.array(z.unknown()) }),
  links: z.array(z.object({ type: z.literal('dashboards'), tags: z.array(z.string()) })),
  panels: z.array(z.discriminatedUnion('type', [chart, row])).min(1),
});

export type Dashboard = z.output<typeof dashboardSchema>;

/** Every dashboard by file name, as JSON. */
export const dashboardFiles: ReadonlyMap<string, unknown> = new Map(
  readdirSync(FOLDER).map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))]),
);

/** Every query of a dashboard, as Grafana sends it with every variable set to 'All'. */
export function queriesOf(dashboard: Dashboard): { panel: string; expr: string }[] {
  const variables = dashboard.templating.list;
  const queries = dashboard.panels.flatMap((panel) =>
    panel.type === 'row' ? [] : panel.targets.map(({ expr }) => ({ panel: panel.title, expr })),
  );
  return queries.map(({ panel, expr }) => ({
    panel,
    expr: variables
      .reduce((text, { name, allValue }) => text.replaceAll(`$${name}`, allValue), expr)
      .replaceAll('$__rate_interval', '1m'),
  }));
}
