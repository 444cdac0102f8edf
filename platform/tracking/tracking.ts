/** Numbers and words that describe a run; words are cut at 500 characters by some servers. */
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

/** A registry that others use as well. */
export interface SharedRegistry {
  /** A version with that package, of whichever model; its run holds the files under `package/`. */
  findPackage(hash: string): Promise<ModelVersion | undefined>;
  /** Every file of a version by its path in the folder that was registered, whoever did. @throws NOT_FOUND, FILE_TOO_LARGE */
  versionFiles(
    model: string,
    version: number,
    limits: { files: number; bytes: number },
  ): Promise<Map<string, Uint8Array>>;
  /** Names the package that a version of another program was imported as, and the run that did it. */
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
  /** Adds params, tags and metric points; points of one name keep their order of steps. Again with the same points is harmless. */
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

  /** Registers a package of a run; the same package of the same model gives the version that it already has. */
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
   * Points the alias at a version if its revision is still `expected` (0: if it is not set).
   * @returns undefined if someone else was faster.
   */
  moveAlias(model: string, alias: string, version: number, expected: number): Promise<Alias | undefined>;
  models(): Promise<string[]>;
  /** Where other machines and programs register too. Absent: everything registered is ours and lies in our blobs. */
  readonly shared?: SharedRegistry;
  ping(): Promise<void>;
  close(): Promise<void>;
}
