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
import { escapeHtml } from '../../../platform/html.ts';
import { type BullmqQueue, isBullmq } from '../../../platform/queue/bullmq/bullmq-queue.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { Route } from '../route.ts';

const BASE = '/admin/queues';
const ui = join(dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json')), 'dist');

/** Its stylesheet sets styles from scripts; everything else is as for our own pages. */
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

/** Workers are known by the record of a job they run, not by their connections. */
const UNKNOWN = new Set(['/api/queues/:queueName/workers']);

const WORDS: Readonly<Record<string, string>> = {
  queueName: 'Kind of the jobs',
  jobId: 'Id of a job',
};

/** What Bull Board asks of a server, collected instead of served: its parts become declared routes of ours. */
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
 * Bull Board, for operators of a queue on BullMQ: where each job stands, with its attempts and errors. It only shows:
 * what the records of the jobs say is not changed behind their back, so of its operations none that changes anything
 * exists here.
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

type Replace = ReturnType<typeof createBullBoard>['replaceQueues'];

/** A kind of job appears with its first job, whoever adds it. */
async function refresh(queue: BullmqQueue, replace: Replace): Promise<void> {
  const known = await queue.bullQueues();
  replace(known.map((one) => new BullMQAdapter(one, { readOnlyMode: true })));
}

const shared = { method: 'get', access: 'admin', browser: true, tag: 'jobs' } as const;

const paramsOf = (path: string): Route['params'] =>
  Object.fromEntries(
    [...path.matchAll(/:(\w+)/g)].map(([, name]) => [
      name,
      { schema: z.string().min(1).max(200), description: WORDS[name] ?? name },
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
    // Nothing is fetched from elsewhere.
    .replace(/<link href="https:[^>]*>/g, '');
  return [entry.route].flat().map((route) => {
    const path = route === '/' ? BASE : `${BASE}${route}`;
    return {
      ...shared,
      path,
      params: paramsOf(path),
      summary: 'A page of the board of jobs',
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
    .filter(({ method, route }) => method === 'get' && !UNKNOWN.has(String(route)))
    .flatMap(({ route, spec, handler }) =>
      [route].flat().map(
        (path) =>
          ({
            ...shared,
            path: `${BASE}${path}`,
            params: paramsOf(path),
            summary: spec.summary,
            query: z.looseObject({}),
            answer: { description: 'As Bull Board defines it' },
            async handle({ params, query }): Promise<{ status?: number; json: unknown }> {
              await update();
              const { queues, config } = board;
              const asked = { queues, uiConfig: config, params, query, body: {}, headers: {} };
              const { status, body } = await handler(asked);
              return { status, json: body };
            },
          }) satisfies Route,
      ),
    );
}

/** The files that the pages load; they hold no data. */
export function serveQueueBoard(app: Express, queue: Queue): void {
  if (isBullmq(queue))
    app.use(`${BASE}/static`, express.static(join(ui, 'static'), { index: false, maxAge: '1h' }));
}
