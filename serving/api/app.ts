import express, { type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { loadPackage } from '../../models/package/load.ts';
import { openAlerts } from '../../monitoring/alerts/alerts.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { keyAuthenticator } from '../auth/keys.ts';
import { type AppDeps, DEFAULT_LIMITS } from '../deps.ts';
import { type Champions, createChampions } from '../runtime/champions.ts';
import { createDriftReports } from '../runtime/drift-reports.ts';
import { updateGauges } from '../runtime/gauges.ts';
import { openPredictionLog } from '../runtime/prediction-log.ts';
import { notReadyReasons } from '../runtime/readiness.ts';
import type { Services } from '../services.ts';
import { createGuard } from './guard.ts';
import { admit, type MountDeps, mount, renderErrors, requireDeclared } from './mount.ts';
import { openApi } from './openapi.ts';
import { notFoundPage, servePages } from './pages.ts';
import { initPredictionMetrics, predictRoute } from './predict-route.ts';
import { queueBoardRoutes, serveQueueBoard } from './queue-board.ts';
import { type Route, STATIC_PAGE_HEADERS } from './route.ts';
import { routes as declaredRoutes } from './routes.ts';

/** The API with what it keeps running. */
export interface ServingApp {
  /** Can be called without a socket. */
  readonly express: Express;
  readonly champions: Champions;
  /** Every operation with the role that it requires; the OpenAPI document is generated from these. */
  readonly routes: readonly Route[];
  /** Loads the champions and watches them. The app is ready afterwards. */
  start(): Promise<void>;
  /** Reports not ready from now on, but keeps answering. */
  drain(): void;
  /** Flushes the prediction log and closes the models. The ports belong to whoever opened them. */
  close(): Promise<void>;
}

const CONTENT_SECURITY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    fontSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

/** The answer where no route matches. A path below that of a product is told where the product is. */
const notFound = (products: AppDeps['products']) => (request: Request, response: Response) => {
  const path = request.path.slice(0, 200);
  if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html') {
    response.status(404).set(STATIC_PAGE_HEADERS).type('html').send(notFoundPage(path));
    return;
  }
  const product = products.find(({ name }) => path.startsWith(`/v1/${name}/`));
  const hint = product ? `: the product '${product.name}' is at POST ${product.path}` : '';
  throw new TouchlineError('NOT_FOUND', `There is nothing at ${request.method} ${path}${hint}.`);
};

/** Makes the API from its dependencies. It connects to nothing until `start`. */
export function createApp(deps: AppDeps): ServingApp {
  const { store, notify, products, clock, log } = deps;
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const metrics = deps.metrics ?? createMetrics();
  let open = false;

  const champions = createChampions({
    ...deps,
    load: async (hash) => loadPackage(await deps.packages.get(hash), { hash, device: deps.device }),
  });
  const predictionLog = openPredictionLog({
    ...{ store, log, clock },
    folder: deps.spool,
    maxBytes: limits.spoolBytes,
    keepDays: limits.predictionDays,
  });
  let document: unknown;
  const services: Services = {
    ...{ ...deps, limits, metrics, champions, predictionLog },
    driftReports: createDriftReports({ champions, store, clock }),
    alerts: openAlerts({ store, notify, clock }),
    notReadyReasons: () => notReadyReasons({ products, champions, open }),
    async scrape() {
      await updateGauges(services);
      return metrics.registry.metrics();
    },
    openApi() {
      document ??= openApi(routes, deps.auth.mode);
      return document;
    },
  };
  const routes: Route[] = [
    ...products.map((product) => predictRoute(product, services)),
    ...declaredRoutes.entries,
    ...queueBoardRoutes(deps.queue),
  ];
  for (const product of products) initPredictionMetrics(product, metrics);

  const mountDeps: MountDeps = {
    guard: createGuard(
      deps.auth.mode === 'keys' ? keyAuthenticator(store, clock) : undefined,
      clock,
      deps.hookToken,
    ),
    services,
    observe(method, route, status, seconds) {
      metrics.requests.inc({ method, route, status: String(status) });
      metrics.requestSeconds.observe({ method, route }, seconds);
    },
  };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(admit(mountDeps));
  app.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY, strictTransportSecurity: false }));
  servePages(app);
  serveQueueBoard(app, deps.queue);
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  mount(app, routes, mountDeps);
  requireDeclared(app, routes);
  app.use(notFound(products));
  app.use(renderErrors(log));

  return {
    express: app,
    champions,
    routes,
    async start() {
      await champions.start();
      await predictionLog.flush();
      open = true;
    },
    drain() {
      open = false;
    },
    async close() {
      open = false;
      await predictionLog.close();
      await champions.close();
    },
  };
}
