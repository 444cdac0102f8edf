import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import type { Api } from '../serving/api/wire.ts';

/**
 * Takes the pictures of the pages in docs/images from a running demo (`bin/touchline demo`). A drift report is cached for a
 * minute, so run it a second time after that:
 *   npx tsx scripts/page-pictures.ts --url http://127.0.0.1:8080
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    product: { type: 'string', default: 'biomechanics' },
    out: { type: 'string', default: 'docs/images' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const { url, product } = values;
const { models } = (await (await fetch(`${url}/v1/models`)).json()) as Api['GET /v1/models']['answer'];
const candidates = models.find((one) => one.product === product)?.candidates ?? [];
const run = candidates.find(({ version }) => version !== null)?.run;
if (!run) throw new Error(`${url} has no version of ${product}: run the demo first.`);

const pictures: Record<string, { path: string; prepare?(page: Page): Promise<unknown> }> = {
  overview: {
    path: '/',
    async prepare(page) {
      await page.getByRole('button', { name: 'Predict' }).click();
      await page.getByText('90 % interval').waitFor();
    },
  },
  scoring: {
    path: `/scoring#${product}`,
    async prepare(page) {
      await page.getByLabel('Your name').fill('expert-20');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.locator('canvas').waitFor();
      await page.waitForTimeout(1_000); // The clip plays.
    },
  },
  'run-report': { path: `/v1/models/${product}/runs/${run}/report` },
  drift: { path: '/v1/drift/shots/page' },
};

// Long shots late in the game only: enough of them for a drift report that found something.
const shifted = Array.from({ length: 400 }, (_, i) => ({
  player: `player-${i % 20}`,
  ...{ period: 4, seconds: 5 + (i % 40), distance: 8 + (i % 9) / 2, shotType: 3, margin: (i % 21) - 10 },
}));
for (let start = 0; start < shifted.length; start += 100)
  await fetch(`${url}/v1/shots/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: shifted.slice(start, start + 100) }),
  });

const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1150 } });
  for (const [name, { path, prepare }] of Object.entries(pictures)) {
    await page.goto(url + path);
    await page.waitForLoadState('networkidle');
    await prepare?.(page);
    await page.screenshot({ path: join(values.out, `${name}.png`) });
  }
} finally {
  await browser.close();
}
