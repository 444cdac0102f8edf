import type { FeatureColumn } from '../../datasets/matrix.ts';
import type { Explanation, LoadedModel, Prediction } from '../../models/package/package.ts';
import type { Stage } from '../../monitoring/metrics.ts';
import { TouchlineError } from '../../platform/errors.ts';
import type { NamedValues, PlainRow, ServedProduct } from '../product.ts';
import { matrixFor, valuesFor } from './package-input.ts';
import type { Served } from './shared-model.ts';
import { yieldPeriodically } from './yield-periodically.ts';

/** One reason: how far the value of one feature moved this answer from the average one. */
export interface Factor {
  factor: string;
  /** Value of the feature, a category by name; null where it is unknown. */
  value: number | string | null;
  /** Shapley value: points of the score, or log-odds of the probability. */
  impact: number;
  direction: 'positive' | 'negative';
  description: string;
  unit?: string;
}

/** The answer for one item, the same for every kind of product. */
export interface Answer {
  /** Score or probability. */
  value: number;
  interval?: { low: number; high: number; level: number; wide: boolean };
  /** 0–1: how far the models of the package agree; absent where there is only one. */
  confidence?: number;
  breakdown: { model: string; value: number; weight: number }[];
  factors: Factor[];
  advice: { factor: string; text: string }[];
  method: 'ml_trained' | 'rules_fallback';
  /** Score of the fixed rules; absent where the product has none. */
  rulesScore?: number;
  /** Absent where the fixed rules answered. */
  model?: { version: number; package: string; estimator: string };
  /** Why the fixed rules answered although there is a champion. */
  note?: string;
  /** Values that the model read, for the log. */
  values: NamedValues;
}

const MAX_FACTORS = 5;

/**
 * Agreement of the models of an ensemble: 1 where all are equal, 0 at a weighted standard deviation of a quarter of the
 * scale or more.
 * @param width of the scale
 * @returns undefined for a single model
 * @example
 * agreement([4, 6], [0.5, 0.5], 10); // => 0.6
 * agreement([4, 9], [0.5, 0.5], 10); // => 0
 * agreement([5], [1], 10); // => undefined
 */
export function agreement(
  members: ArrayLike<number>,
  weights: readonly number[],
  width: number,
): number | undefined {
  if (members.length < 2) return undefined;
  let mean = 0;
  let square = 0;
  for (let m = 0; m < members.length; m++) {
    mean += weights[m] * members[m];
    square += weights[m] * members[m] ** 2;
  }
  const spread = Math.sqrt(Math.max(0, square - mean * mean));
  return Math.max(0, 1 - spread / (0.25 * width));
}

const displayValue = (column: FeatureColumn, value: number): number | string | null => {
  if (!Number.isFinite(value)) return null;
  return column.kind === 'categorical' ? (column.categories?.[value] ?? value) : value;
};

/** The features that moved the answer most, strongest first. */
function strongestFactors(
  columns: readonly FeatureColumn[],
  explanation: Explanation,
  values: NamedValues,
): Factor[] {
  return columns
    .map((column, j) => ({ column, impact: explanation.values[j] }))
    .filter(({ impact }) => Number.isFinite(impact) && impact !== 0)
    .sort((a, b) => Math.abs(b.impact) - Math.abs(a.impact))
    .slice(0, MAX_FACTORS)
    .map(({ column, impact }) => ({
      factor: column.name,
      value: displayValue(column, values[column.name] ?? Number.NaN),
      impact,
      direction: impact > 0 ? 'positive' : 'negative',
      description: column.description,
      unit: column.unit,
    }));
}

/** The answer of the fixed rules. @throws NOT_READY where the product has none */
function byRules(product: ServedProduct, { values }: PlainRow, note: string | undefined): Answer {
  const { rules, columns } = product;
  if (rules === undefined)
    throw new TouchlineError(
      'NOT_READY',
      `${product.name} has no champion yet: \`touchline run ${product.name}\` trains one.`,
    );
  const { score, breaches } = rules.judge(
    columns,
    columns.map(({ name }) => values[name] ?? Number.NaN),
  );
  const advice = breaches.flatMap(({ rule, side }) => {
    const text = rule.advice[side];
    return text === undefined ? [] : [{ factor: rule.name, text }];
  });
  return {
    value: score,
    breakdown: [],
    factors: [],
    advice: advice.slice(0, MAX_FACTORS),
    method: 'rules_fallback',
    rulesScore: score,
    note,
    values,
  };
}

async function predict(model: LoadedModel, matrix: Float32Array): Promise<Prediction> {
  let prediction: Prediction;
  try {
    prediction = await model.predict(matrix);
  } catch (error) {
    throw new TouchlineError('MODEL_ERROR', 'The model failed on this input.', { cause: error });
  }
  if (!prediction.value.every(Number.isFinite))
    throw new TouchlineError('MODEL_ERROR', 'The model returned a value that is not a number.');
  return prediction;
}

export interface AnswerOptions {
  /** Whether to explain each answer, which takes some milliseconds per row. */
  reasons: boolean;
  signal: AbortSignal;
  /** Starts timing a stage; the returned function ends it. */
  time?(stage: Stage): () => void;
  /** Called for failures that do not prevent an answer. */
  onError(error: unknown, what: string): void;
}

/**
 * Answers for a batch of items, in one run of the model. The fixed rules answer where there is no champion or it fails.
 * @throws NOT_READY or MODEL_ERROR where the product has no rules; PROCESSING_TIMEOUT once the signal is aborted
 */
export async function answerAll(
  product: ServedProduct,
  served: Served | undefined,
  rows: readonly PlainRow[],
  options: AnswerOptions,
): Promise<Answer[]> {
  if (served === undefined) return rows.map((row) => byRules(product, row, undefined));
  const { model } = served;
  const { columns } = model.signature.input;
  const [low, high] = product.scale;
  let values: NamedValues[];
  let prediction: Prediction;
  let matrix: Float32Array;
  try {
    const endModel = options.time?.('model');
    values = rows.map((row) => valuesFor(product, model, row));
    matrix = matrixFor(model, values);
    prediction = await predict(model, matrix);
    endModel?.();
  } catch (error) {
    if (product.rules === undefined) throw error;
    options.onError(error, 'the model failed; the fixed rules answered');
    return rows.map((row) =>
      byRules(product, row, 'The model failed on this input; the fixed rules answered.'),
    );
  }
  const endReasons = options.reasons ? options.time?.('reasons') : undefined;
  const pause = yieldPeriodically(options.signal);
  const answers: Answer[] = [];
  for (let row = 0; row < rows.length; row++) {
    await pause(row, rows.length);
    const inputs = matrix.subarray(row * columns.length, (row + 1) * columns.length);
    const explanation = options.reasons ? await explain(model, inputs, options) : undefined;
    const members = prediction.members[row];
    const bounds = prediction.low !== undefined && prediction.high !== undefined;
    answers.push({
      value: prediction.value[row],
      interval: bounds
        ? {
            low: prediction.low![row],
            high: prediction.high![row],
            level: model.signature.intervalLevel ?? 0.9,
            wide: prediction.high![row] - prediction.low![row] > product.wideInterval,
          }
        : undefined,
      confidence: agreement(members, model.signature.weights, high - low),
      breakdown: model.signature.members.map((name, m) => ({
        model: name,
        value: members[m],
        weight: model.signature.weights[m],
      })),
      factors: explanation === undefined ? [] : strongestFactors(columns, explanation, values[row]),
      advice:
        explanation === undefined
          ? []
          : (product.rules?.advise(explanation, columns, inputs) ?? []).map(({ factor, text }) => ({
              factor,
              text,
            })),
      method: 'ml_trained',
      rulesScore: product.rules?.judge(columns, inputs).score,
      model: { version: served.version, package: served.package, estimator: model.signature.estimator },
      values: Object.fromEntries(columns.map(({ name }) => [name, values[row][name] ?? Number.NaN])),
    });
  }
  endReasons?.();
  return answers;
}

async function explain(
  model: LoadedModel,
  row: Float32Array,
  options: AnswerOptions,
): Promise<Explanation | undefined> {
  try {
    return await model.explain(row);
  } catch (error) {
    options.onError(error, 'the answer could not be explained');
    return undefined;
  }
}
