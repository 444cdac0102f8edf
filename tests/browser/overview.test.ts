import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAlerts } from '../../monitoring/alerts/alerts.ts';
import { promote } from '../../registry/promotion.ts';
import { createKey } from '../../serving/auth/keys.ts';
import { type RunningServer, startServer } from '../../serving/server.ts';
import { type Fixture, jumpPackage, openFixture } from '../serving/fixture.ts';
import { DESKTOP, noBrowser, openBrowser, PHONE } from './browser.ts';

const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

describe.skipIf(noBrowser)(`the overview page${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  let browser: Browser;
  let fixture: Fixture;
  let demo: RunningServer;
  let keyed: RunningServer;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    fixture = openFixture();
    await fixture.promote('jumps', await jumpPackage());
    const next = await fixture.register('jumps', await jumpPackage(1));
    const decision = { promoted: false, checks: [], reasons: [`worse on corner by 0.2 ${HOSTILE}`] };
    await promote({ product: 'jumps', version: next.version, by: 'job', decision }, fixture.promotion).catch(
      () => {},
    );
    await openAlerts({ store: fixture.deps.store, notify: fixture.inbox }).raise('jumps', {
      kind: 'drift',
      severity: 'critical',
      title: `12 of 20 columns drifted ${HOSTILE}`,
      body: 'Look at the distributions.',
      facts: [{ name: 'left_knee_angle_'.repeat(8), value: 'ks 0.43' }],
      evidence: [],
      next: [],
    });
    demo = await startServer(fixture.app(), { port: 0, mode: 'demo', unreadyMs: 0 });
    const app = fixture.app({ auth: { mode: 'keys' }, spool: `${fixture.folder}/spool-2` });
    keyed = await startServer(app, { port: 0, mode: 'keys', unreadyMs: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
    await keyed?.stop();
    await fixture?.close();
  });
  afterEach(() => {
    // Blocked scripts and styles, and uncaught errors.
    expect(problems.splice(0)).toEqual([]);
  });

  async function open(url: string, options: BrowserContextOptions = { viewport: DESKTOP }): Promise<Page> {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) problems.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  it('shows the champion with the reasons for it, the candidates, the rejected versions, and a demo banner', async () => {
    const page = await open(demo.url);
    await page.getByText('Version 1').first().waitFor();
    const text = await page.textContent('main');
    expect(text).toContain('Better on held-out groups.');
    expect(text).toContain('Promoted by tests');
    expect(text).toContain('1 (champion)');
    expect(text).toContain('Not enough data');
    expect(await page.textContent('#banner')).toContain('Demo without keys');
    await page.getByText('Rejected (1)').click();
    await page.getByText('worse on corner by 0.2').waitFor();
    await page.close();
  });

  it('renders foreign text as text', async () => {
    const page = await open(demo.url);
    await page.getByText('12 of 20 columns drifted').waitFor();
    expect(await page.title()).toBe('Touchline');
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.textContent('#alerts')).toContain('<img src=x');
    await page.close();
  });

  it('predicts with reasons, and explains invalid input', async () => {
    const page = await open(demo.url);
    await page.getByRole('button', { name: 'Predict' }).first().click();
    await page.getByText('What moved this answer, in points').waitFor();
    const result = await page.locator('.result').first().textContent();
    expect(result).toContain('90 % interval 3.5 to 6.5');
    expect(result).toContain('Mean knee angle of the striking leg 90 °+0.9');
    expect(
      await page
        .locator('.bar.positive')
        .first()
        .evaluate((bar) => bar.clientWidth),
    ).toBeGreaterThan(10);
    const input = page.getByLabel('Input (JSON)').first();
    await input.fill('{"angles": [200], "side": "left"}');
    await page.getByRole('button', { name: 'Predict' }).first().click();
    await page.getByText('angles.0').first().waitFor();
    await input.fill('{"angles": ');
    await page.getByRole('button', { name: 'Predict' }).first().click();
    await page.getByText('This is not JSON').waitFor();
    await page.close();
  });

  it('can be used with the keyboard alone', async () => {
    const page = await open(demo.url);
    const first = page.getByRole('tab', { name: 'Jumps' });
    await first.focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'Throws' }).getAttribute('aria-selected')).toBe('true');
    await page.getByRole('tabpanel', { name: 'Throws' }).waitFor();
    await page.getByText('No champion yet, so there is no training data to compare with.').waitFor();
    expect(await first.getAttribute('tabindex')).toBe('-1');
    await page.reload();
    await page.getByRole('tabpanel', { name: 'Throws' }).waitFor();
    await page.close();
  });

  it('is linked from the page of an unknown address', async () => {
    const page = await open(`${demo.url}/nowhere`);
    await page.getByRole('heading', { name: 'Not found' }).waitFor();
    await page.getByRole('link', { name: 'Go to the start page' }).click();
    await page.getByText('Version 1').first().waitFor();
    await page.close();
  });

  it.each([
    ['1280', DESKTOP],
    ['390', PHONE],
  ])('never scrolls sideways at %s px', async (_name, viewport) => {
    const page = await open(demo.url, { viewport });
    await page.getByText('12 of 20 columns drifted').waitFor();
    await page.getByRole('button', { name: 'Predict' }).first().click();
    await page.getByText('What moved this answer').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
    await page.close();
  });

  it('reports that the server cannot be reached, and recovers', async () => {
    const page = await open(demo.url);
    await page.getByText('Version 1').first().waitFor();
    await page.route('**/v1/**', (route) => route.abort());
    await page.reload();
    await page.getByText('The server cannot be reached.').first().waitFor();
    await page.unroute('**/v1/**');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('Version 1').first().waitFor();
    await page.close();
  });

  it('asks for a key where keys are on, and lets only operators acknowledge alerts', async () => {
    const { store } = fixture.deps;
    const viewer = await createKey(store, { role: 'viewer', owner: 'Vi', now: Date.now() });
    const operator = await createKey(store, { role: 'operator', owner: 'Op', now: Date.now() });
    const page = await open(keyed.url);
    await page.getByText('Enter an API key to see the products.').waitFor();
    await page.getByLabel('API key').fill('tl_wrong');
    await page.getByRole('button', { name: 'Use' }).click();
    await page.getByText('The API key is not valid.').waitFor();
    await page.getByLabel('API key').fill(viewer.key);
    await page.getByRole('button', { name: 'Use' }).click();
    await page.getByText('Vi (viewer)').waitFor();
    const acknowledge = page.getByRole('button', { name: 'Acknowledge' });
    await acknowledge.waitFor();
    expect(await acknowledge.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await page.getByLabel('API key').fill(operator.key);
    await page.getByRole('button', { name: 'Use' }).click();
    await acknowledge.click();
    await page.getByText('Acknowledged by Op').waitFor();
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('tl_');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the drift report' }).first().click(),
    ]);
    expect(download.suggestedFilename()).toBe('drift-jumps.html');
    await page.close();
  });

  it('lists alerts of Prometheus, and links from an alert to its product', async () => {
    await openAlerts({ store: fixture.deps.store, notify: fixture.inbox }).raise('throws', {
      ...{ kind: 'drift', severity: 'info', title: 'One column drifted', body: '', facts: [] },
      ...{ evidence: [], next: [] },
    });
    const answer = await fetch(`${demo.url}/hooks/alertmanager`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        version: '4',
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'HighLoad', severity: 'warning' },
            annotations: { summary: `High load ${HOSTILE}` },
            startsAt: '2026-01-02T03:04:05Z',
            generatorURL: 'http://127.0.0.1:9090/graph',
            fingerprint: 'c0ffee',
          },
        ],
      }),
    });
    expect(answer.status).toBe(200);
    const page = await open(demo.url, { viewport: PHONE });
    await page.getByText('Prometheus: High load <img').waitFor();
    expect(await page.getByRole('link', { name: 'Query' }).getAttribute('href')).toBe(
      'http://127.0.0.1:9090/graph',
    );
    await page.getByRole('link', { name: 'Champion and drift of throws' }).click();
    await page.getByRole('tabpanel', { name: 'Throws' }).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('tab-throws');
    await page.close();
  });

  it('links to the documentation of the API', async () => {
    const page = await open(demo.url);
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await page.getByText('/v1/jumps/score').first().waitFor();
    await page.close();
  });
});
