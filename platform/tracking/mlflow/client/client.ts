import { type Artifacts, createArtifacts } from './artifacts.ts';
import { connect, type MlflowOptions } from './connection.ts';
import { createExperiments, type Experiments } from './experiments.ts';
import { createLoggedModels, type LoggedModels } from './logged-models.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createRuns, type Runs } from './runs.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** A typed client of an MLflow server (3.0 and newer) over its REST API. It connects with its first call. */
export interface MlflowClient {
  /** A cheap round trip. @throws UNAVAILABLE; INVALID_CONFIG if the server is not MLflow or is too old */
  version(): Promise<string>;
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly loggedModels: LoggedModels;
  readonly artifacts: Artifacts;
  readonly registry: Registry;
  readonly webhooks: Webhooks;
  /** Aborts requests in progress; may be called twice. */
  close(): void;
}

export function createMlflowClient(options: MlflowOptions): MlflowClient {
  const connection = connect(options);
  return {
    version: connection.version,
    close: connection.close,
    experiments: createExperiments(connection),
    runs: createRuns(connection),
    loggedModels: createLoggedModels(connection),
    artifacts: createArtifacts(connection),
    registry: createRegistry(connection),
    webhooks: createWebhooks(connection),
  };
}
