import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import { html, page } from '../../platform/html.ts';

const folder = fileURLToPath(new URL('../ui/', import.meta.url));

const ASSET = /^\/[a-z-]+\.(?:js|css|svg)$/;

/** Pages by address. They hold no data: everything they show comes from routes that ask for a role. */
const PAGES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/scoring': 'scoring.html',
  '/docs': 'docs.html',
};

/** Serves the pages and what they load. */
export function servePages(app: Express): void {
  const assets = express.static(folder, { index: false, maxAge: 0 });
  app.use('/ui', (request, response, next) => {
    if (ASSET.test(request.path)) assets(request, response, next);
    else next();
  });
  app.use((request, response, next) => {
    const page = Object.hasOwn(PAGES, request.path) ? PAGES[request.path] : undefined;
    if (page === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    response.sendFile(page, { root: folder }, (error) => {
      // The browser that went away needs no answer.
      if (error !== undefined && !response.headersSent && !response.destroyed) next(error);
    });
  });
}

/** What a browser is shown at an address that is none. */
export const absentPage = (path: string): string =>
  page({
    title: 'Not found – Touchline',
    body: html`<h1>Not found</h1>
<p>There is nothing at ${path}.</p>
<p><a href="/">To the start page</a></p>`,
  });
