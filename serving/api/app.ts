import express, { type Express } from 'express';
import helmet from 'helmet';
import { loadPackage } from '../../models/package/load.ts';
import { openAlerts } from '../../monitoring/alerts/alerts.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { keyAuthenticator } from '../auth/keys.ts';
import { type AppDeps, DEFAULT_LIMITS } from '../deps.ts';
import { type Champions, createChampions } from '../runtime/champion.ts';
import { openPredictionLog } from '../runtime/prediction-log.ts';
import { showState } from '../runtime/shown-state.ts';
import { createGuard } from './guard.ts';
import { admit, type MountDeps, mount, renderErrors, requireDeclared } from './mount.ts';
import { absentPage, servePages } from './pages.ts';
import { type Route, STILL_PAGE } from './route.ts';
import { alertmanagerRoute } from './routes/alertmanager.ts';
import { alertRoutes } from './routes/alerts.ts';
import { docsRoutes, serveSwagger } from './routes/docs.ts';
import { driftRoutes } from './routes/drift.ts';
import { healthRoutes, obstacles } from './routes/health.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { mlflowRoute } from './routes/mlflow.ts';
import { modelRoutes } from './routes/models.ts';
import { outcomeRoutes } from './routes/outcomes.ts';
import { predictRoute } from './routes/predict.ts';
import { productRoutes } from './routes/products.ts';
import { queueBoardRoutes, serveQueueBoard } from './routes/queue-board.ts';
import { scoringRoutes } from './routes/scoring.ts';

/** The API and what lives behind it. */
export interface ServingApp {
  /** Answers without a socket too. */
  readonly express: Express;
  readonly champions: Champions;
  /** Every operation with the role that it asks; what the OpenAPI document is made from. */
  readonly routes: readonly Route[];
  /** Takes up the champions and watches them. Ready afterwards. */
  start(): Promise<void>;
  /** Says not ready from now on, and goes on answering. */
  drain(): void;
  /** Moves what is logged into the store and closes the models. The ports belong to whoever opened them. */
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

/** Makes the API from its deps. Connects to nothing until `start`. */
export function createApp(deps: AppDeps): ServingApp {
  const { store, blobs, tracking, notify, products, clock, log } = deps;
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  let open = false;

  const champions = createChampions({
    products,
    tracking,
    store,
    notify,
    log,
    clock,
    pollMs: deps.pollMs,
    load: async (hash) => loadPackage(await deps.packages.get(hash), { hash, device: deps.device }),
  });
  const predictionLog = openPredictionLog({
    store,
    folder: deps.spool,
    maxBytes: limits.spoolBytes,
    keepDays: limits.predictionDays,
    log,
    clock,
  });

  const metrics = deps.metrics ?? createMetrics();
  const observeRequest = (method: string, route: string, status: number, seconds: number) => {
    metrics.requests.inc({ method, route, status: String(status) });
    metrics.requestSeconds.observe({ method, route }, seconds);
  };
  const alerts = openAlerts({ store, notify, clock });
  const health = { products, champions, store, open: () => open };
  const scrape = async () => {
    await showState({
      ...{ metrics, products, champions, store, tracking, blobs, alerts, predictionLog },
      queue: deps.queue,
      spoolBytes: limits.spoolBytes,
      obstacles: () => obstacles(health),
    });
    return metrics.registry.metrics();
  };
  const routes: Route[] = [
    ...products.map((product) =>
      predictRoute(product, { champions, predictionLog, limits, clock, log, metrics }),
    ),
    ...modelRoutes({ products, champions, tracking, store }),
    ...productRoutes({ products, mode: deps.auth.mode }),
    ...driftRoutes({ products, champions, store, clock }),
    ...alertRoutes({ inbox: deps.inbox, alerts }),
    alertmanagerRoute({ inbox: deps.inbox, clock }),
    mlflowRoute({ products, champions, clock, log, secret: deps.trackingHookSecret }),
    ...outcomeRoutes({ products, store, clock }),
    ...metricsRoutes({ scrape }),
    ...scoringRoutes({ products, store, blobs, clock }),
    ...healthRoutes(health),
    ...queueBoardRoutes(deps.queue),
    ...docsRoutes(() => routes, deps.auth.mode),
  ];

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const authenticate = deps.auth.mode === 'keys' ? keyAuthenticator(store, clock) : undefined;
  const mountDeps: MountDeps = {
    guard: createGuard(authenticate, clock, deps.hookToken),
    limits,
    log,
    observe: observeRequest,
  };
  app.use(admit(mountDeps));
  app.use(helmet({ contentSecurityPolicy: CONTENT_SECURITY, strictTransportSecurity: false }));
  servePages(app);
  serveSwagger(app);
  serveQueueBoard(app, deps.queue);
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  mount(app, routes, mountDeps);
  requireDeclared(app, routes);
  app.use((request: express.Request, response: express.Response) => {
    const path = request.path.slice(0, 200);
    if (request.method !== 'GET' || request.accepts(['json', 'html']) !== 'html')
      throw new TouchlineError('NOT_FOUND', `There is nothing at ${request.method} ${path}.`);
    response.status(404).set(STILL_PAGE).type('html').send(absentPage(path));
  });
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
