import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, noBrowser, openBrowser, PHONE } from '../browser/browser.ts';
import { eventually, makeFolder } from '../conformance/tools.ts';
import { freePort, hasProgram } from '../services/real.ts';

const ROOT = join(import.meta.dirname, '../..');
const without = hasProgram('nginx') ? noBrowser : 'nginx is not installed';
const vector = (value?: string) => ({
  status: 'success',
  data: { resultType: 'vector', result: value === undefined ? [] : [{ metric: {}, value: [1, value] }] },
});

/** Stand-ins for the services, by host name and path. nginx and its configuration are real. */
const answers: Record<string, { status: number; json?: unknown } | undefined> = {
  'api/health/ready': { status: 200, json: { status: 'ready', waiting_for: [] } },
  'mlflow/health': { status: 200 },
  'grafana/api/health': { status: 200, json: { database: 'ok' } },
  'prometheus/-/ready': { status: 200 },
  'alertmanager/-/ready': { status: 200 },
};
const queries: Record<string, unknown> = {
  'min(touchline_dependency_up{dependency="store"})': vector('1'),
  'min(touchline_dependency_up{dependency="queue"})': vector('1'),
  'sum(up{job="touchline-worker"})': vector('3'),
  'sum(up{job="node-exporter"})': vector(),
};

describe.skipIf(without)(`the portal${without ? ` (${without})` : ''}`, () => {
  let url: string;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const services = createServer((request, response) => {
      const asked = new URL(request.url ?? '', 'http://x');
      const query = asked.searchParams.get('query');
      const answer =
        query === null ? answers[asked.pathname.slice(1)] : { status: 200, json: queries[query] ?? {} };
      if (!answer) return response.destroy();
      response.writeHead(answer.status).end(answer.json ? JSON.stringify(answer.json) : 'fine');
    });
    await new Promise<void>((done) => services.listen(0, '127.0.0.1', done));
    ends.push(() => services.close());
    const upstream = `127.0.0.1:${(services.address() as AddressInfo).port}`;
    const port = await freePort();
    const folder = makeFolder();
    const site = readFileSync(join(ROOT, 'deploy/portal/nginx.conf'), 'utf8')
      .replace(/http:\/\/([a-z-]+):\d+\//g, `http://${upstream}/$1/`)
      .replace(/prometheus\/api\/v1\/query/g, 'api/v1/query')
      .replace('listen 8000', `listen 127.0.0.1:${port}`)
      .replace('/usr/share/nginx/html', join(ROOT, 'deploy/portal/pages'));
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off;\nuser root;\npid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp {\ninclude /etc/nginx/mime.types;\naccess_log off;\n${site}}\n`,
    );
    const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'pipe' });
    ends.push(() => nginx.kill());
    let said = '';
    nginx.stderr.on('data', (text) => {
      said += text;
    });
    url = `http://127.0.0.1:${port}/`;
    await eventually(async () => {
      if (nginx.exitCode !== null) throw new Error(said);
      return fetch(url).then(
        () => true,
        () => false,
      );
    });
  });
  afterAll(() => {
    for (const end of ends) end();
  });

  it('asks only the services that it lists', async () => {
    const status = async (path: string, init?: RequestInit) =>
      (await fetch(`${url}health/${path}`, init)).status;
    expect(await status('api')).toBe(200);
    expect(await status('elsewhere')).toBe(404);
    expect(await status('api', { method: 'POST' })).toBe(405);
    answers['mlflow/health'] = undefined;
    expect(await status('mlflow')).toBe(502);
  });

  it.each([
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ])('shows which services are up, not ready and down: %s', async (_, viewport) => {
    answers['mlflow/health'] = undefined;
    answers['api/health/ready'] = { status: 503, json: { waiting_for: ['shots: PACKAGE_INVALID'] } };
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport });
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(url);
      await page.getByText('Problems: api (shots: PACKAGE_INVALID), mlflow (down).').waitFor();
      const card = async (label: string) =>
        page.locator('li', { hasText: label }).first().locator('.state').innerText();
      expect(await card('Overview')).toBe('not ready');
      expect(await card('MLflow')).toBe('down');
      expect(await card('Grafana')).toBe('up');
      expect(await card('Workers')).toBe('3 up');
      expect(await card('MongoDB')).toBe('up');
      expect(await card('Node exporter')).toBe('unknown');
      expect(await page.getByRole('link', { name: 'Scoring' }).getAttribute('href')).toBe(
        'http://127.0.0.1:8080/scoring',
      );
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(viewport.width);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
