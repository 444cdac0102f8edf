import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { createMlflowClient } from '../platform/tracking/mlflow/client/client.ts';

/**
 * Makes one picture of MLflow's pages of a product: its runs with their metrics, the champion's run, its artifacts, and
 * the versions of the registered model with their aliases.
 *   npx tsx scripts/mlflow-picture.ts --url http://127.0.0.1:5190 --product biomechanics --out docs/images/mlflow.png
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:5190' },
    product: { type: 'string', default: 'biomechanics' },
    out: { type: 'string', default: 'docs/images/mlflow.png' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const { url, product } = values;
const client = createMlflowClient({ url });
const experiment = await client.experiments.byName(product);
const champion = await client.registry.alias(product, 'champion');
if (!experiment || !champion)
  throw new Error(`${url} has no champion of ${product}: run the pipeline of the product first.`);
const version = await client.registry.version(product, champion);

const WIDTH = 1400;
const HEIGHT = 760;
const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  const runs = `#/experiments/${experiment.experiment_id}/runs`;
  const views = [
    { title: 'Runs and metrics', at: `${runs}?compareRunsMode=CHART`, shows: 'Model metrics' },
    {
      title: "The champion's run: metric histories",
      at: `${runs}/${version?.run_id}/model-metrics`,
      shows: 'mae',
    },
    { title: 'Its artifacts', at: `${runs}/${version?.run_id}/artifacts`, shows: 'package' },
    { title: 'Versions and aliases', at: `#/models/${product}`, shows: 'champion' },
  ];
  const pictures: string[] = [];
  const assistant = page.locator('[data-component-id="mlflow.assistant.chat_panel.close"]');
  for (const { title, at, shows } of views) {
    await page.goto(`${url}/${at}`);
    await page.getByText(shows).first().waitFor({ timeout: 30_000 });
    if (await assistant.isVisible()) await assistant.click();
    // Charts are drawn some time after their data has arrived, without an event.
    await page.waitForTimeout(4_000);
    const png = (await page.screenshot()).toString('base64');
    pictures.push(
      `<figure><figcaption>${title}</figcaption><img src="data:image/png;base64,${png}"></figure>`,
    );
  }
  const style =
    'body{margin:0;display:grid;grid-template-columns:1fr 1fr;gap:12px;padding:12px;background:#e8ecef;font:15px sans-serif}' +
    'figure{margin:0;background:#fff;border:1px solid #c3ccd4}figcaption{padding:6px 10px;font-weight:600}img{width:100%;display:block}';
  await page.setViewportSize({ width: 1_600, height: 900 });
  await page.setContent(`<style>${style}</style>${pictures.join('')}`);
  await writeFile(values.out, await page.screenshot({ fullPage: true }));
} finally {
  await browser.close();
}
