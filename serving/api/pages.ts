import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import { catalogOf } from '../../platform/catalog.ts';
import { type Html, html, raw, page as simplePage } from '../../platform/html.ts';

export interface Page {
  /** Lower-case letters, digits and hyphens. `ui/<name>.html` holds the content of its `<main>`, and `ui/<name>.js` its script. */
  readonly name: string;
  readonly path: string;
  /** In the navigation and in the title of the window. */
  readonly label: string;
  /** Beside `layout.css`; default: `style.css`. */
  readonly stylesheets?: readonly string[];
  /** Scripts that run before its own. */
  readonly scripts?: readonly string[];
}

/**
 * The pages, in the order of the navigation. To add one, write `ui/<name>.html` and `ui/<name>.js`, and list it here.
 * Pages hold no data: everything they show comes from routes that require a role.
 */
export const pages = catalogOf('page', [
  { name: 'overview', path: '/', label: 'Overview' },
  { name: 'scoring', path: '/scoring', label: 'Scoring' },
  {
    name: 'docs',
    path: '/docs',
    label: 'API',
    stylesheets: ['/docs/assets/swagger-ui.css', '/ui/docs.css'],
    scripts: ['/docs/assets/swagger-ui-bundle.js'],
  },
] satisfies Page[] as Page[]);

const UI_FOLDER = fileURLToPath(new URL('../ui/', import.meta.url));
const UI_FILE = /^\/[a-z0-9-]+\.(?:js|css|svg)$/;

const SWAGGER_FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const SWAGGER_FILE = /^\/(?:swagger-ui\.css|swagger-ui-bundle\.js|favicon-32x32\.png)$/;

function renderPage({ name, path, label, stylesheets = ['/ui/style.css'], scripts = [] }: Page): string {
  const links = pages.entries.map(
    (one): Html =>
      one.path === path
        ? html`<a href="${one.path}" aria-current="page">${one.label}</a>`
        : html`<a href="${one.path}">${one.label}</a>`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${path === '/' ? 'Touchline' : `${label} · Touchline`}</title>
<link rel="icon" href="/ui/icon.svg">
<link rel="stylesheet" href="/ui/layout.css">
${stylesheets.map((url) => html`<link rel="stylesheet" href="${url}">\n`)}
${scripts.map((url) => html`<script src="${url}" defer></script>\n`)}
<script type="module" src="/ui/${name}.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/">Touchline</a>
<nav aria-label="Pages">${links}</nav>
<div id="session"></div>
</header>
<div id="banner"></div>
<main id="main" tabindex="-1">
${raw(readFileSync(`${UI_FOLDER}${name}.html`, 'utf8'))}
</main>
<noscript><p class="notice bad">This page needs JavaScript. The API does not: see <a href="/openapi.json">/openapi.json</a>.</p></noscript>
</body>
</html>
`.text;
}

/** Serves the pages and the files that they load. */
export function servePages(app: Express): void {
  serveFiles(app, '/ui', UI_FOLDER, UI_FILE, 0);
  serveFiles(app, '/docs/assets', SWAGGER_FOLDER, SWAGGER_FILE, '1h');
  const rendered = new Map(pages.entries.map((page) => [page.path, renderPage(page)]));
  app.use((request, response, next) => {
    const text = rendered.get(request.path);
    if (text === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    response.set('Cache-Control', 'no-cache').type('html').send(text);
  });
}

/** Serves only those files of a folder whose path matches. */
function serveFiles(app: Express, at: string, folder: string, allowed: RegExp, maxAge: number | string) {
  const files = express.static(folder, { index: false, maxAge });
  app.use(at, (request, response, next) => {
    if (allowed.test(request.path)) files(request, response, next);
    else next();
  });
}

/** What a browser shows at an unknown address. */
export const notFoundPage = (path: string): string =>
  simplePage({
    title: 'Not found – Touchline',
    body: html`<h1>Not found</h1>
<p>There is nothing at ${path}.</p>
<p><a href="/">Go to the start page</a></p>`,
  });
