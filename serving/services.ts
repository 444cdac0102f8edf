import type { Alerts } from '../monitoring/alerts/alerts.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { AppDeps, Limits } from './deps.ts';
import type { Champions } from './runtime/champions.ts';
import type { DriftReports } from './runtime/drift-reports.ts';
import type { PredictionLog } from './runtime/prediction-log.ts';

/** Everything a handler may use: the ports of the app, and what the app itself keeps running. */
export interface Services extends AppDeps {
  limits: Limits;
  metrics: Metrics;
  champions: Champions;
  predictionLog: PredictionLog;
  driftReports: DriftReports;
  alerts: Alerts;
  /** Why requests should not be sent here now; empty when the server is ready. */
  notReadyReasons(): string[];
  /** Metrics in Prometheus' text format, with the gauges brought up to date. */
  scrape(): Promise<string>;
  /** The OpenAPI document of all routes. */
  openApi(): unknown;
}
