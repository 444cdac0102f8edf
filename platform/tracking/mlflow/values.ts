import type { Param, RunStatus } from '../tracking.ts';
import { REQUEST_TAG } from './client/runs.ts';
import type { MlflowRun, MlflowRunStatus, Tag } from './client/schemas.ts';

/** Tags in which we keep what MLflow has no field for. */
export const OWN = {
  /** Content hash of the package of a version. */
  package: 'touchline.package',
  /** Run that a version came from. */
  run: 'touchline.run',
  /** Run of the embedded history that a run was exported from. */
  exported: 'touchline.exported',
  /** When a version was registered first, where that was elsewhere. */
  created: 'touchline.created',
  /** A param that was changed, which MLflow does not allow: the prefix of its name. */
  param: 'touchline.param.',
} as const;

/**
 * A param as MLflow's text. Only texts that would be read as something else are quoted, so that the pages show
 * `0.1`, `true` and `relu`.
 */
export function paramText(value: Param): string {
  if (typeof value !== 'string') return String(value);
  return typeof paramOf(value) === 'string' && !value.startsWith('"') && value !== ''
    ? value
    : JSON.stringify(value);
}

/** The reverse of {@link paramText}; the text itself where another program wrote it. */
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

/** Tags that people and pipelines set, without MLflow's and ours. */
export function plainTags(tags: readonly Tag[]): Record<string, string> {
  const plain = ({ key }: Tag) =>
    !key.startsWith('mlflow.') && !key.startsWith('touchline.') && key !== REQUEST_TAG;
  return Object.fromEntries(tags.filter(plain).map(({ key, value }) => [key, value]));
}

/** Name that our statuses have there. */
export const STATUS: Readonly<Record<RunStatus, MlflowRunStatus>> = {
  running: 'RUNNING',
  finished: 'FINISHED',
  failed: 'FAILED',
  killed: 'KILLED',
};

/** Params with the values that they were changed to. */
export function currentParams({ data }: MlflowRun): Tag[] {
  const changed = data.tags.filter(({ key }) => key.startsWith(OWN.param));
  return [...data.params, ...changed.map(({ key, value }) => ({ key: key.slice(OWN.param.length), value }))];
}

/** What logging `params` takes: MLflow refuses to change one, so what changed goes into a tag that is read before it. */
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

/** Marks an experiment as one of trained models, so that MLflow's pages show those and not conversations. */
export const EXPERIMENT_TAGS: readonly Tag[] = [
  { key: 'mlflow.experimentKind', value: 'custom_model_development' },
];
