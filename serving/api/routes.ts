import { catalogOf } from '../../platform/catalog.ts';
import { acknowledgeAlert } from './routes/acknowledge-alert.ts';
import { alertmanagerHook } from './routes/alertmanager-hook.ts';
import { candidateReport } from './routes/candidate-report.ts';
import { clipScores } from './routes/clip-scores.ts';
import { driftPage } from './routes/drift-page.ts';
import { driftReport } from './routes/drift-report.ts';
import { giveScore } from './routes/give-score.ts';
import { listAlerts } from './routes/list-alerts.ts';
import { listModels } from './routes/list-models.ts';
import { listProducts } from './routes/list-products.ts';
import { live } from './routes/live.ts';
import { metrics } from './routes/metrics.ts';
import { mlflowHook } from './routes/mlflow-hook.ts';
import { modelHistory } from './routes/model-history.ts';
import { nextClip } from './routes/next-clip.ts';
import { openApiDocument } from './routes/openapi-document.ts';
import { ready } from './routes/ready.ts';
import { recordOutcomes } from './routes/record-outcomes.ts';
import { session } from './routes/session.ts';

/**
 * The routes of the API, in the order of the OpenAPI document. To add one, write a file in `routes/` and list it here.
 * Besides these, every product has a route for its predictions, and an admin has those of the queue board.
 * No route promotes a version: the gate does, the command `champion`, or an alias that is moved in MLflow.
 */
export const routes = catalogOf('route', [
  listModels,
  modelHistory,
  candidateReport,
  session,
  listProducts,
  driftReport,
  driftPage,
  listAlerts,
  acknowledgeAlert,
  alertmanagerHook,
  mlflowHook,
  recordOutcomes,
  metrics,
  nextClip,
  giveScore,
  clipScores,
  live,
  ready,
  openApiDocument,
]);
