import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Metrics, STAGES, type Stage } from '../../monitoring/metrics.ts';
import { TouchlineError, toTouchlineError } from '../../platform/errors.ts';
import { type PlainRow, type ServedProduct, WHOLE_INPUT } from '../product.ts';
import { type Answer, answerAll } from '../runtime/answer.ts';
import type { PredictionRecord } from '../runtime/prediction-log.ts';
import { yieldPeriodically } from '../runtime/yield-periodically.ts';
import type { Services } from '../services.ts';
import { errorAnswer, errorSchema } from './errors.ts';
import { predictionSchema, renderPrediction } from './prediction.ts';
import type { Call, Reply, Route } from './route.ts';

function recordOf(
  product: ServedProduct,
  answer: Answer,
  now: number,
  latencyMs: number,
  caller: string,
): PredictionRecord {
  const features: Record<string, number | null> = {};
  for (const [name, value] of Object.entries(answer.values))
    features[name] = Number.isFinite(value) ? value : null;
  return {
    id: randomUUID(),
    product: product.name,
    at: new Date(now).toISOString(),
    package: answer.model?.package ?? null,
    version: answer.model?.version ?? null,
    method: answer.method,
    value: answer.value,
    low: answer.interval?.low ?? null,
    high: answer.interval?.high ?? null,
    confidence: answer.confidence ?? null,
    rulesScore: answer.rulesScore ?? null,
    latencyMs,
    caller,
    features,
  };
}

/**
 * The row of one item of a batch. An item of insufficient quality becomes an error in its place, so that the others are
 * answered; an invalid one refuses the batch.
 */
function rowOf(product: ServedProduct, item: unknown, i: number): PlainRow | TouchlineError {
  try {
    return product.toRow(item);
  } catch (error) {
    const ours = toTouchlineError(error);
    if (ours.code === 'INSUFFICIENT_QUALITY') return ours;
    if (ours.code !== 'INVALID_INPUT') throw ours;
    const fields = ((ours.details.fields ?? []) as { field: string; problem: string }[]).map((one) => ({
      ...one,
      field: one.field === WHOLE_INPUT ? `items.${i}` : `items.${i}.${one.field}`,
    }));
    throw new TouchlineError('INVALID_INPUT', `Item ${i}: ${ours.message}`, {
      details: { fields },
      cause: ours,
    });
  }
}

/** The items of a batch. @throws INVALID_INPUT where there are none or too many, or other keys besides them */
function itemsOf({ items, ...others }: { items?: unknown }, limit: number): unknown[] {
  if (!Array.isArray(items) || items.length === 0 || items.length > limit)
    throw new TouchlineError('INVALID_INPUT', `items must be a list of 1 to ${limit}.`, {
      details: { fields: [{ field: 'items', problem: `must be a list of 1 to ${limit}` }] },
    });
  if (Object.keys(others).length > 0)
    throw new TouchlineError('INVALID_INPUT', 'A batch has no other key than items.', {
      details: { fields: Object.keys(others).map((field) => ({ field, problem: 'is not expected here' })) },
    });
  return items;
}

/** Creates the series of a product with the value 0, so that its first failure is a change that alerts can see. */
export function initPredictionMetrics({ name: product }: ServedProduct, metrics: Metrics): void {
  for (const code of ['MODEL_ERROR', 'NOT_READY']) metrics.predictionFailures.inc({ product, code }, 0);
  for (const stage of STAGES) metrics.stageSeconds.zero({ product, stage });
  metrics.batchRows.zero({ product });
}

/** The route that predicts for one product: one item, or a batch as `{ items: [...] }`. */
export function predictRoute(
  product: ServedProduct,
  { champions, predictionLog, limits, clock, log, metrics }: Services,
): Route {
  const { name, path } = product;
  const time = (stage: Stage) => metrics.stageSeconds.startTimer({ product: name, stage });
  const countFailure = (code: string) => metrics.predictionFailures.inc({ product: name, code });

  /** @param seconds per item */
  function countAnswers(answers: readonly Answer[], seconds: number): void {
    metrics.batchRows.observe({ product: name }, answers.length);
    for (const { method, model, note } of answers) {
      metrics.predictions.inc({ product: name, method, package: model?.package ?? 'rules' });
      metrics.predictionSeconds.observe({ product: name, method }, seconds);
      // A note of the rules says that there is a champion, and that it failed.
      if (method === 'rules_fallback' && note !== undefined) countFailure('MODEL_ERROR');
    }
  }

  async function predict(rows: readonly PlainRow[], reasons: boolean, call: Call) {
    const started = performance.now();
    const answers = await champions.use(name, (served) =>
      answerAll(product, served, rows, {
        reasons,
        signal: call.signal,
        time,
        onError: (error, what) => log.error({ product: name, error_id: call.id, err: error }, what),
      }),
    );
    const latencyMs = (performance.now() - started) / Math.max(1, rows.length);
    const now = clock.now();
    const records = answers.map((one) => recordOf(product, one, now, latencyMs, call.caller.id));
    const endLog = time('log');
    const logged = predictionLog.add(records);
    endLog();
    countAnswers(answers, latencyMs / 1_000);
    return answers.map((one, i) => renderPrediction(product, one, logged ? records[i].id : null));
  }

  async function predictOne(item: unknown, reasons: boolean, call: Call): Promise<Reply> {
    const endFeatures = time('features');
    const row = product.toRow(item);
    endFeatures();
    const [json] = await predict([row], reasons, call);
    return { json };
  }

  async function predictBatch(items: unknown[], reasons: boolean, call: Call): Promise<Reply> {
    const pause = yieldPeriodically(call.signal);
    const endFeatures = time('features');
    const rows: (PlainRow | TouchlineError)[] = [];
    for (const [i, item] of items.entries()) {
      rows.push(rowOf(product, item, i));
      await pause(i, items.length);
    }
    endFeatures();
    const good = rows.filter((row): row is PlainRow => !(row instanceof TouchlineError));
    const predictions = good.length === 0 ? [] : await predict(good, reasons, call);
    let next = 0;
    const answers = rows.map((row) => {
      if (!(row instanceof TouchlineError)) return predictions[next++];
      countFailure(row.code);
      return errorAnswer(row, call.id).body;
    });
    return { json: { items: answers } };
  }

  async function reply(call: Call): Promise<Reply> {
    const { body } = call;
    const { reasons } = call.query as { reasons?: 'true' | 'false' };
    if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'items'))
      return predictOne(body, reasons !== 'false', call);
    return predictBatch(itemsOf(body, limits.batchItems), reasons === 'true', call);
  }

  const answer = predictionSchema(product).meta({ id: `${name}Answer` });
  return {
    name: `POST ${path}`,
    method: 'post',
    path,
    access: 'viewer',
    tag: name,
    summary: `${product.title}: predict for one item or a batch`,
    description: `${product.description} Send one item, or up to ${limits.batchItems} as \`{ "items": [...] }\`.`,
    query: z.strictObject({
      reasons: z
        .enum(['true', 'false'])
        .optional()
        .describe('Whether to explain each answer; default: true for one item, false for a batch'),
    }),
    body: z.union([
      product.item,
      z.strictObject({ items: z.array(product.item).min(1).max(limits.batchItems) }),
    ]),
    checksBody: false,
    bodyExample: product.example,
    answer: {
      description: 'The answer; for a batch, one per item in order',
      schema: z.union([answer, z.object({ items: z.array(z.union([answer, errorSchema])) })]),
    },
    errors: ['INSUFFICIENT_QUALITY', 'NOT_READY', 'MODEL_ERROR', 'PROCESSING_TIMEOUT'],
    handle: (call) =>
      reply(call).catch((error) => {
        countFailure(toTouchlineError(error).code);
        throw error;
      }),
  };
}
