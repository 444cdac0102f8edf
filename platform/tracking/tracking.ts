/** A parameter of a run; some servers cut texts after 500 characters. */
export type Param = string | number | boolean;

export type RunStatus = 'running' | 'finished' | 'failed' | 'killed';

export interface Run {
  id: string;
  /** The product that the run belongs to (an MLflow experiment). */
  experiment: string;
  name: string;
  status: RunStatus;
  startedAt: string;
  finishedAt?: string;
  params: Record<string, Param>;
  /** Last value of each metric. */
  metrics: Record<string, number>;
  tags: Record<string, string>;
}

export interface MetricPoint {
  name: string;
  value: number;
  /** Epoch, round or iteration. */
  step: number;
}

/** A version of a registered model. Versions start at 1 and are never reused. */
export interface ModelVersion {
  model: string;
  version: number;
  run: string;
  /** Content hash of the package; empty where another program registered the version and it was not imported. */
  package: string;
  createdAt: string;
  tags: Record<string, string>;
}

export interface Alias {
  model: string;
  alias: string;
  version: number;
  /** Changes with each move; what compare-and-swap compares. */
  revision: number;
}

/** A registry that other machines and programs use as well. */
export interface SharedRegistry {
  /** A version of any model with this package; its run holds the files under `package/`. */
  findPackage(hash: string): Promise<ModelVersion | undefined>;
  /** Every file of a version, whoever registered it, by its path in the registered folder. @throws NOT_FOUND, FILE_TOO_LARGE */
  versionFiles(
    model: string,
    version: number,
    limits: { files: number; bytes: number },
  ): Promise<Map<string, Uint8Array>>;
  /** Records as which package, and by which run, a version of another program was imported. */
  adopt(model: string, version: number, as: { run: string; package: string }): Promise<void>;
}

/** Runs, metrics and artifacts; registered models, versions and aliases. */
export interface Tracking {
  readonly name: string;

  startRun(run: {
    experiment: string;
    name: string;
    params?: Record<string, Param>;
    tags?: Record<string, string>;
  }): Promise<Run>;
  /** Adds params, tags and metric points; the points of a metric are ordered by step. Logging a point twice is harmless. */
  logRun(
    id: string,
    data: { params?: Record<string, Param>; tags?: Record<string, string>; metrics?: readonly MetricPoint[] },
  ): Promise<void>;
  finishRun(id: string, status: Exclude<RunStatus, 'running'>): Promise<Run>;
  getRun(id: string): Promise<Run | undefined>;
  /** Newest first. */
  listRuns(experiment: string, limit?: number): Promise<Run[]>;
  metricHistory(id: string, name: string): Promise<MetricPoint[]>;
  /** `path` is relative, without `..`, such as `package/model.onnx`. */
  putArtifact(run: string, path: string, content: Uint8Array): Promise<void>;
  getArtifact(run: string, path: string): Promise<Uint8Array>;
  listArtifacts(run: string, prefix?: string): Promise<{ path: string; bytes: number }[]>;

  /** Registers the package of a run as a version; idempotent for the same model and package. */
  createVersion(version: {
    model: string;
    run: string;
    package: string;
    tags?: Record<string, string>;
  }): Promise<ModelVersion>;
  getVersion(model: string, version: number): Promise<ModelVersion | undefined>;
  /** Newest first. */
  listVersions(model: string): Promise<ModelVersion[]>;
  tagVersion(model: string, version: number, tags: Record<string, string>): Promise<void>;
  getAlias(model: string, alias: string): Promise<Alias | undefined>;
  /**
   * Points the alias at a version if its revision is still `expected` (0 if it is not set).
   * @returns undefined if it was moved in the meantime
   */
  moveAlias(model: string, alias: string, version: number, expected: number): Promise<Alias | undefined>;
  models(): Promise<string[]>;
  /** Present if other machines and programs register versions too. Otherwise every package is in our blobs. */
  readonly shared?: SharedRegistry;
  ping(): Promise<void>;
  close(): Promise<void>;
}
