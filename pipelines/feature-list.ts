import type { FeatureSet } from '../datasets/features/feature-set.ts';
import type { FeatureColumn } from '../datasets/matrix.ts';
import type { SchemaField } from '../datasets/records/schema-fields.ts';
import type { Feature } from './declaration.ts';

const YES_OR_NO = ['no', 'yes'] as const;

/** A feature set of a list of columns that each read their own value; a feature set is left as it is. */
export function toFeatureSet<F>(
  name: string,
  features: FeatureSet<F> | readonly Feature<F>[],
): FeatureSet<F> {
  if ('extract' in features) return features;
  const columns = features.map(toColumn);
  return {
    name,
    version: 1,
    columns,
    extract: (record) => features.map(({ extract }, i) => codeOf(extract(record), columns[i])),
  };
}

function toColumn<F>({ extract: _, ...given }: Feature<F>): FeatureColumn {
  const kind = given.kind ?? (given.categories ? 'categorical' : 'numeric');
  return { ...given, kind, description: given.description ?? inWords(given.name) };
}

function codeOf(value: ReturnType<Feature<never>['extract']>, column: FeatureColumn): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const code = column.categories?.indexOf(value ?? '') ?? -1;
  return code < 0 ? Number.NaN : code;
}

/** A field of a record as a feature; undefined where it is neither a number nor a choice. */
export function featureOf({
  name,
  kind,
  range,
  choices,
  optional,
  description,
  unit,
}: SchemaField): Feature<Record<string, unknown>> | undefined {
  const categories = kind === 'boolean' ? YES_OR_NO : choices;
  if (kind !== 'number' && !categories) return undefined;
  return {
    name,
    ...(description && { description }),
    ...(unit && { unit }),
    ...(range && { range }),
    ...(categories && { categories }),
    ...(optional && { optional: true }),
    extract: (record) => record[name] as number | string | boolean | undefined,
  };
}

/**
 * A name in words.
 * @example
 * ['tossHeight', 'toss_height', 'toss-height'].map(inWords); // => ['Toss height', 'Toss height', 'Toss height']
 */
export function inWords(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
