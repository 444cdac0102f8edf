import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/dist/types.js';
import express, { type Express } from 'express';
import { z } from 'zod';
import { escapeHtml } from '../../platform/html.ts';
import { type BullmqQueue, isBullmq } from '../../platform/queue/bullmq/bullmq-queue.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import type { Route } from './route.ts';

const BASE = '/admin/queues';
const ui = join(dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json')), 'dist');

/** Bull Board sets styles from scripts; everything else is as strict as for our own pages. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Bull Board finds workers by their connections; ours are known by the records of the jobs they run. */
const UNSUPPORTED = new Set(['/api/queues/:queueName/workers']);

const PARAMETERS: Readonly<Record<string, string>> = {
  queueName: 'Kind of job',
  jobId: 'Id of the job',
};

/** Collects what Bull Board would serve itself, so that its parts become declared routes of the API. */
class Collector implements IServerAdapter {
  queues: BullBoardQueues = new Map();
  config: UIConfig = {};
  pages: AppViewRoute | undefined;
  api: AppControllerRoute[] = [];

  setQueues(queues: BullBoardQueues) {
    this.queues = queues;
    return this;
  }
  setUIConfig(config: UIConfig) {
    this.config = config;
    return this;
  }
  setEntryRoute(route: AppViewRoute) {
    this.pages = route;
    return this;
  }
  setApiRoutes(routes: AppControllerRoute[]) {
    this.api = routes;
    return this;
  }
  setViewsPath() {
    return this;
  }
  setStaticPath() {
    return this;
  }
  setErrorHandler() {
    return this;
  }
}

/**
 * Bull Board, for a queue on BullMQ: the state of each job with its attempts and errors. It is read-only: our own
 * records state what a job is, so none of Bull Board's operations that change jobs exists here.
 */
export function queueBoardRoutes(queue: Queue): Route[] {
  if (!isBullmq(queue)) return [];
  const board = new Collector();
  const { replaceQueues } = createBullBoard({
    queues: [],
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Touchline jobs', showWorkers: false } },
  });
  return [...pages(board), ...operations(board, () => refresh(queue, replaceQueues))];
}

type ReplaceQueues = ReturnType<typeof createBullBoard>['replaceQueues'];

/** A kind of job appears with its first job, whichever process adds it. */
async function refresh(queue: BullmqQueue, replaceQueues: ReplaceQueues): Promise<void> {
  const known = await queue.bullQueues();
  replaceQueues(known.map((one) => new BullMQAdapter(one, { readOnlyMode: true })));
}

const shared = { method: 'get', access: 'admin', browser: true, tag: 'jobs' } as const;

const paramsOf = (path: string): Route['params'] =>
  Object.fromEntries(
    [...path.matchAll(/:(\w+)/g)].map(([, name]) => [
      name,
      { schema: z.string().min(1).max(200), description: PARAMETERS[name] ?? name },
    ]),
  );

function pages({ pages: entry, config }: Collector): Route[] {
  if (!entry) return [];
  const { params } = entry.handler({ basePath: BASE, uiConfig: config });
  const values = params as Readonly<Record<string, string | undefined>>;
  const content = readFileSync(join(ui, 'index.ejs'), 'utf8')
    .replace(/<%([=-]) (\w+) %>/g, (_, kind, name) => {
      const value = values[name] ?? '';
      return kind === '=' ? escapeHtml(value) : value;
    })
    // No fonts from elsewhere: pages load nothing from other hosts.
    .replace(/<link href="https:[^>]*>/g, '');
  return [entry.route].flat().map((route) => {
    const path = route === '/' ? BASE : `${BASE}${route}`;
    return {
      ...shared,
      name: `GET ${path}`,
      path,
      params: paramsOf(path),
      summary: 'A page of the queue board',
      query: z.looseObject({}),
      answer: { description: 'The page', type: 'text/html' },
      async handle() {
        return { headers: { 'Content-Security-Policy': PAGE_POLICY }, text: { type: 'html', content } };
      },
    };
  });
}

function operations(board: Collector, update: () => Promise<void>): Route[] {
  return board.api
    .filter(({ method, route }) => method === 'get' && !UNSUPPORTED.has(String(route)))
    .flatMap(({ route, spec, handler }) =>
      [route].flat().map(
        (path): Route => ({
          ...shared,
          name: `GET ${BASE}${path}`,
          path: `${BASE}${path}`,
          params: paramsOf(path),
          summary: spec.summary,
          query: z.looseObject({}),
          answer: { description: 'Defined by Bull Board' },
          async handle({ params, query }) {
            await update();
            const { queues, config } = board;
            const request = { queues, uiConfig: config, params, query, body: {}, headers: {} };
            const { status, body } = await handler(request);
            return { status, json: body };
          },
        }),
      ),
    );
}

/** The files that the board's pages load; they hold no data. */
export function serveQueueBoard(app: Express, queue: Queue): void {
  if (isBullmq(queue))
    app.use(`${BASE}/static`, express.static(join(ui, 'static'), { index: false, maxAge: '1h' }));
}
