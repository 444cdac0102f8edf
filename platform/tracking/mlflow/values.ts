import type { Param, RunStatus } from '../tracking.ts';
import { REQUEST_TAG } from './client/runs.ts';
import type { MlflowRun, MlflowRunStatus, Tag } from './client/schemas.ts';

/** Tags for what MLflow has no field for. */
export const OWN = {
  /** Content hash of the package of a version. */
  package: 'touchline.package',
  /** Run that a version came from. */
  run: 'touchline.run',
  /** Run of the embedded history that a run was exported from. */
  exported: 'touchline.exported',
  /** When a version was first registered, if that was in another registry. */
  created: 'touchline.created',
  /** Prefix of a param's name for its changed value, because MLflow does not allow params to change. */
  param: 'touchline.param.',
} as const;

/**
 * A param as text for MLflow. Only texts that would be read back as another type are quoted, so that its pages show
 * `0.1`, `true` and `relu`.
 * @example
 * paramText(0.1); // => '0.1'
 * paramText('relu'); // => 'relu'
 * paramText('7'); // => '"7"'
 */
export function paramText(value: Param): string {
  if (typeof value !== 'string') return String(value);
  return typeof paramOf(value) === 'string' && !value.startsWith('"') && value !== ''
    ? value
    : JSON.stringify(value);
}

/** The inverse of {@link paramText}. Texts that another program wrote are returned unchanged. */
export function paramOf(text: string): Param {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) && String(Number(text)) === text)
    return Number(text);
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

export const tagsOf = (values: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

export const tagValue = (tags: readonly Tag[], key: string): string | undefined =>
  tags.find((tag) => tag.key === key)?.value;

/** Tags that people and pipelines set, without MLflow's own and ours. */
export function plainTags(tags: readonly Tag[]): Record<string, string> {
  const plain = ({ key }: Tag) =>
    !key.startsWith('mlflow.') && !key.startsWith('touchline.') && key !== REQUEST_TAG;
  return Object.fromEntries(tags.filter(plain).map(({ key, value }) => [key, value]));
}

/** MLflow's names of our statuses. */
export const STATUS: Readonly<Record<RunStatus, MlflowRunStatus>> = {
  running: 'RUNNING',
  finished: 'FINISHED',
  failed: 'FAILED',
  killed: 'KILLED',
};

/** Params with their latest values. */
export function currentParams({ data }: MlflowRun): Tag[] {
  const changed = data.tags.filter(({ key }) => key.startsWith(OWN.param));
  return [...data.params, ...changed.map(({ key, value }) => ({ key: key.slice(OWN.param.length), value }))];
}

/** Params and tags that log `params`: MLflow does not allow a param to change, so changed values go into tags. */
export function paramChanges(
  run: MlflowRun,
  params: Readonly<Record<string, Param>>,
): { params: Tag[]; tags: Tag[] } {
  const kept = new Set(run.data.params.map(({ key }) => key));
  const known = new Map(currentParams(run).map(({ key, value }) => [key, value]));
  const given = Object.entries(params)
    .map(([key, value]) => ({ key, value: paramText(value) }))
    .filter(({ key, value }) => known.get(key) !== value);
  const changed = given.filter(({ key }) => kept.has(key));
  return {
    params: given.filter(({ key }) => !kept.has(key)),
    tags: changed.map(({ key, value }) => ({ key: OWN.param + key, value })),
  };
}

/** Marks an experiment as one of trained models, so that MLflow's pages do not treat it as one of conversations. */
export const EXPERIMENT_TAGS: readonly Tag[] = [
  { key: 'mlflow.experimentKind', value: 'custom_model_development' },
];
