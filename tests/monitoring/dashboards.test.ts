import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboardFiles, dashboardSchema, queriesOf } from './dashboards.ts';

const text = (path: string) => readFileSync(new URL(`../../monitoring/${path}`, import.meta.url), 'utf8');

describe.each([...dashboardFiles])('%s', (_name, file) => {
  it('has the fields that Grafana needs', () => {
    const parsed = dashboardSchema.safeParse(file);
    expect(parsed.error?.issues ?? []).toEqual([]);
  });

  const { panels, uid, templating, ...rest } = dashboardSchema.parse(file);

  it('lays out its panels without overlaps or gaps, each with an id of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x}/${y}`), title).toBeUndefined();
          taken.set(`${x}/${y}`, title);
        }
    }
    const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    for (let y = 0; y < height; y++) expect(taken.has(`0/${y}`), `line ${y}`).toBe(true);
  });

  it('uses every variable that it declares, and no other', () => {
    const declared = templating.list.map(({ name }) => name);
    const targets = panels.flatMap((panel) => (panel.type === 'row' ? [] : panel.targets));
    const used = new Set(
      targets.flatMap(({ expr }) =>
        [...expr.matchAll(/\$(?!__rate_interval)(\w+)/g)].map(([, name]) => name),
      ),
    );
    expect([...used].sort()).toEqual(declared.sort());
    for (const { expr } of queriesOf({ panels, uid, templating, ...rest })) expect(expr).not.toContain('$');
  });

  it('gives the queries of a panel distinct names', () => {
    for (const panel of panels)
      if (panel.type !== 'row')
        expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length);
  });
});

describe('provisioning', () => {
  const boards = [...dashboardFiles.values()].map((file) => dashboardSchema.parse(file));

  it('provides the data source of the dashboards, and their folder', () => {
    const { datasources } = parse(text('grafana/provisioning/datasources/prometheus.yml'));
    expect(datasources).toMatchObject([{ uid: 'prometheus', type: 'prometheus', isDefault: true }]);
    const { providers } = parse(text('grafana/provisioning/dashboards/touchline.yml'));
    expect(providers).toMatchObject([{ type: 'file', options: { path: '/var/lib/grafana/dashboards' } }]);
  });

  it('gives every dashboard its own id and title', () => {
    expect(new Set(boards.map(({ uid }) => uid)).size).toBe(boards.length);
    expect(new Set(boards.map(({ title }) => title)).size).toBe(boards.length);
  });
});
