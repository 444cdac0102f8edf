import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../serving/api/pages.ts';
import { type RunningServer, startServer } from '../../serving/server.ts';
import { type Fixture, openFixture } from '../serving/fixture.ts';
import { noBrowser, openBrowser, PHONE } from './browser.ts';

describe.skipIf(noBrowser)(`every page${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  let browser: Browser;
  let fixture: Fixture;
  let server: RunningServer;

  beforeAll(async () => {
    browser = await openBrowser();
    fixture = openFixture();
    server = await startServer(fixture.app(), { port: 0, mode: 'demo', unreadyMs: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await fixture?.close();
  });

  it.each(pages.entries)('loads without errors and fits a phone: $label', async ({ path, label }) => {
    const page = await browser.newPage({ viewport: PHONE });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(`${server.url}${path}`);
    await page.waitForLoadState('networkidle');
    expect(await page.getAttribute('nav a[aria-current=page]', 'href')).toBe(path);
    expect(await page.textContent('nav a[aria-current=page]')).toBe(label);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
    expect(problems).toEqual([]);
    await page.close();
  });
});
