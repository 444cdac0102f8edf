import type { FeatureColumn, Matrix } from '../../datasets/matrix.ts';
import { latestSnapshot } from '../../datasets/snapshots/catalog.ts';
import { readTraining } from '../../datasets/snapshots/read-training.ts';
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

/** What a version of another program became: what the gate asks of a candidate. */
export interface Imported {
  snapshot: string;
  run: string;
  package: string;
}

const LIMITS = { files: 100, bytes: 512 * 2 ** 20 };
/** Rows on which the foreign graph and ours must agree. */
const MOST_ROWS = 2_000;
const SEED = 1;

/**
 * Makes a package of a version that another program registered with an ONNX flavour and a signature: its graph read
 * into a definition of ours and held to its own answers on rows of the latest snapshot, profile and golden outputs
 * computed here. The run that did it holds the package like that of any candidate; the version names both.
 * @throws INVALID_FORMAT, INVALID_INPUT where the signature is not of this product's features, PARITY_FAILED
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
      'Only a registry that is shared with others has versions of others.',
    );
  const snapshot = await latestSnapshot(name, { store });
  if (!snapshot)
    throw new TouchlineError(
      'NOT_FOUND',
      `${name} has no snapshot to judge the version on: \`touchline snapshot ${name}\` makes one.`,
    );
  progress({ stage: 'import', done: 0, total: 3, note: `version ${version}` });
  const files = await tracking.shared.versionFiles(name, version, LIMITS);
  const described = readForeignMlmodel(fileNamed(files, 'MLmodel'));
  // Fitted features are learnt by our own training; another program has the plain ones.
  const plain = { ...product.features, fitted: undefined };
  const columns = columnsOf(described, plain.columns, name);
  const { train, validation } = await readTraining(snapshot, plain, { blobs, seed: SEED });
  const [fitRows, heldRows] = [withColumns(train, columns), withColumns(validation, columns)];
  progress({ stage: 'import', done: 1, total: 3, note: `${columns.length} features` });

  const folder = described.data.includes('/') ? described.data.replace(/[^/]*$/, '') : '';
  const beside = new Map([...files].map(([path, bytes]) => [path.slice(folder.length), bytes]));
  const onnx = inlineTensors(fileNamed(files, described.data), beside);
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

/** The product's features that the model takes, in its order. @throws INVALID_INPUT */
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
  const strange = inputs.names.filter((name) => !known.has(name));
  if (strange.length > 0)
    throw new TouchlineError(
      'INVALID_INPUT',
      `${product} makes no feature ${strange.slice(0, 5).join(', ')}: name the columns of the signature as it does.`,
      { details: { unknown: strange.slice(0, 50), known: [...known.keys()] } },
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

/** Middle value of each column, 0 where none is known: what replaces a missing one. */
function medians({ columns, values, rows }: Matrix): number[] {
  return columns.map((_, j) => {
    const known = Array.from(rows, (_, row) => values[row * columns.length + j]).filter(
      (x) => !Number.isNaN(x),
    );
    return known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0;
  });
}
