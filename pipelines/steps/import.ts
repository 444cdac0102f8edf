import type { FeatureColumn, Matrix } from '../../datasets/matrix.ts';
import { readTraining } from '../../datasets/snapshots/read-training.ts';
import { latestSnapshot } from '../../datasets/snapshots/stored-snapshots.ts';
import { importOnnx } from '../../models/onnx/foreign/import.ts';
import { inlineTensors } from '../../models/onnx/foreign/inline.ts';
import { type ForeignDescription, readForeignMlmodel } from '../../models/onnx/foreign/mlmodel.ts';
import { buildPackage } from '../../models/package/build.ts';
import { openPackages } from '../../models/package/store.ts';
import { predictAll } from '../../models/predict.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { metricsFor } from '../../statistics/metrics.ts';
import { goldenRows } from '../../training/candidate.ts';
import { referenceProfile } from '../../training/reference-profile.ts';
import type { StepContext, StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';

/** What an imported version became: what the gate needs of a candidate. */
export interface Imported {
  snapshot: string;
  run: string;
  package: string;
}

const LIMITS = { files: 100, bytes: 512 * 2 ** 20 };
/** Maximum number of rows on which the foreign graph and ours are compared. */
const MOST_ROWS = 2_000;
const SEED = 1;

/**
 * Builds a package from a version that another program registered with an ONNX flavour and a signature. Its graph becomes
 * a model definition, which must reproduce the graph's outputs on rows of the latest snapshot; the profile and the golden
 * outputs are computed here. A run holds the package like that of any candidate, and the version names both.
 * @throws INVALID_FORMAT; INVALID_INPUT if the signature does not match the features of the product; PARITY_FAILED
 */
export async function importStep(
  product: Product,
  version: number,
  { platform }: Pick<StepDeps, 'platform'>,
  { progress }: StepContext,
): Promise<Imported> {
  const { tracking, store, blobs } = platform;
  const { name, task, scale } = product;
  if (!tracking.shared)
    throw new TouchlineError(
      'CONFLICT',
      'Only a registry that is shared with other programs has versions to import: set tracking to an MLflow server.',
    );
  const snapshot = await latestSnapshot(name, { store });
  if (!snapshot)
    throw new TouchlineError(
      'NOT_FOUND',
      `${name} has no snapshot to evaluate the version on: run \`touchline snapshot ${name}\` first.`,
    );
  progress({ stage: 'import', done: 0, total: 3, note: `version ${version}` });
  const files = await tracking.shared.versionFiles(name, version, LIMITS);
  const described = readForeignMlmodel(fileNamed(files, 'MLmodel'));
  // Only our own training learns fitted features; another program has the plain ones.
  const plain = { ...product.features, fitted: undefined };
  const columns = columnsOf(described, plain.columns, name);
  const { train, validation } = await readTraining(snapshot, plain, { blobs, seed: SEED });
  const [fitRows, heldRows] = [withColumns(train, columns), withColumns(validation, columns)];
  progress({ stage: 'import', done: 1, total: 3, note: `${columns.length} features` });

  const folder = described.data.includes('/') ? described.data.replace(/[^/]*$/, '') : '';
  const folderFiles = new Map([...files].map(([path, bytes]) => [path.slice(folder.length), bytes]));
  const onnx = inlineTensors(fileNamed(files, described.data), folderFiles);
  const target = { columns, task, scale, impute: medians(fitRows) };
  const { definition } = await importOnnx(onnx, target, fitRows.values.slice(0, MOST_ROWS * columns.length));
  const predicted = predictAll(definition, heldRows.values);
  const { hash, files: made } = await buildPackage({
    definition,
    product: name,
    estimator: 'imported',
    features: { set: plain.name, version: plain.version, fitted: {} },
    reference: referenceProfile(fitRows, predicted, SEED),
    golden: goldenRows(fitRows, SEED),
  });
  await openPackages({ blobs }).put(made);
  progress({ stage: 'import', done: 2, total: 3, note: hash.slice(0, 12) });

  const run = await tracking.startRun({
    experiment: name,
    name: 'imported',
    params: { imported_version: version },
    tags: { snapshot: snapshot.id, estimator: 'imported', package: hash },
  });
  for (const [path, bytes] of made) await tracking.putArtifact(run.id, `package/${path}`, bytes);
  const metrics = metricsFor(task, scale).map(({ name, compute }) => ({
    name: `validation_${name}`,
    value: compute(heldRows.target, predicted),
    step: 0,
  }));
  await tracking.logRun(run.id, { metrics: metrics.filter(({ value }) => Number.isFinite(value)) });
  await tracking.finishRun(run.id, 'finished');
  await tracking.shared.adopt(name, version, { run: run.id, package: hash });
  progress({ stage: 'import', done: 3, total: 3, note: hash.slice(0, 12) });
  return { snapshot: snapshot.id, run: run.id, package: hash };
}

function fileNamed(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const found = files.get(name);
  if (found) return found;
  throw new TouchlineError('INVALID_FORMAT', `The version cannot be imported: it has no file ${name}.`);
}

/** The features of the product that the model takes, in the order of the model. @throws INVALID_INPUT */
function columnsOf(
  { inputs }: ForeignDescription,
  columns: readonly FeatureColumn[],
  product: string,
): readonly FeatureColumn[] {
  if ('width' in inputs) {
    if (inputs.width === columns.length) return columns;
    throw new TouchlineError(
      'INVALID_INPUT',
      `The model takes ${inputs.width} features and ${product} has ${columns.length}: train it on all of them in their order, or give the signature their names.`,
    );
  }
  const known = new Map(columns.map((column) => [column.name, column]));
  const unknown = inputs.names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new TouchlineError(
      'INVALID_INPUT',
      `${product} has no feature named ${unknown.slice(0, 5).join(', ')}: name the columns of the signature like its features.`,
      { details: { unknown: unknown.slice(0, 50), known: [...known.keys()] } },
    );
  return inputs.names.map((name) => known.get(name) as FeatureColumn);
}

function withColumns(matrix: Matrix, columns: readonly FeatureColumn[]): Matrix {
  const places = columns.map(({ name }) => matrix.columns.findIndex((column) => column.name === name));
  const width = matrix.columns.length;
  const values = new Float32Array(matrix.rows.length * columns.length);
  for (let row = 0; row < matrix.rows.length; row++)
    for (const [j, place] of places.entries())
      values[row * columns.length + j] = matrix.values[row * width + place];
  return { ...matrix, columns, values };
}

/** Median of each column, which replaces missing values; 0 where no value is known. */
function medians({ columns, values, rows }: Matrix): number[] {
  return columns.map((_, j) => {
    const known = Array.from(rows, (_, row) => values[row * columns.length + j]).filter(
      (x) => !Number.isNaN(x),
    );
    return known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0;
  });
}
