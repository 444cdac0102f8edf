import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pages } from '../../serving/api/pages.ts';
import type { Route } from '../../serving/api/route.ts';
import { routes } from '../../serving/api/routes.ts';

const SERVING = new URL('../../serving/', import.meta.url);

describe('the list of routes', () => {
  it('contains exactly one route from every file in routes/', async () => {
    const folder = new URL('api/routes/', SERVING);
    const declared: Route[] = [];
    for (const file of readdirSync(folder)) {
      const exported = Object.values((await import(new URL(file, folder).href)) as Record<string, Route>);
      expect(exported, file).toHaveLength(1);
      declared.push(...exported);
    }
    const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort();
    expect(names(routes.entries)).toEqual(names(declared));
  });
});

describe('the list of pages', () => {
  it('contains every HTML file in ui/, and each has a script', () => {
    const files = readdirSync(new URL('ui/', SERVING));
    const contents = files.filter((file) => file.endsWith('.html'));
    expect(contents.sort()).toEqual(pages.names.map((name) => `${name}.html`).sort());
    for (const name of pages.names) expect(files).toContain(`${name}.js`);
  });
});
