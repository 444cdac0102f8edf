import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Metrics, STAGES, type Stage } from '../../../monitoring/metrics.ts';
import type { Clock } from '../../../platform/clock.ts';
import { TouchlineError, toTouchlineError } from '../../../platform/errors.ts';
import type { Limits, ServingLog } from '../../deps.ts';
import type { PlainRow, ServedProduct } from '../../product.ts';
import { type Answer, answerAll } from '../../runtime/answer.ts';
import type { Champions } from '../../runtime/champion.ts';
import type { PredictionLog, PredictionRecord } from '../../runtime/prediction-log.ts';
import { yieldPeriodically } from '../../runtime/yield-periodically.ts';
import { errorAnswer } from '../errors.ts';
import type { Call, Reply, Route } from '../route.ts';
import { answerSchema, errorSchema } from '../schemas.ts';

export interface PredictDeps {
  champions: Champions;
  predictionLog: PredictionLog;
  limits: Limits;
  clock: Pick<Clock, 'now'>;
  log: ServingLog;
  metrics: Metrics;
}

/** An answer as callers get it. */
export function rendered(product: ServedProduct, answer: Answer, id: string | null) {
  const common = {
    product: product.name,
    prediction_id: id,
    method: answer.method,
    confidence: answer.confidence ?? null,
    breakdown: answer.breakdown,
    factors: answer.factors.map((factor) => ({ ...factor, unit: factor.unit ?? null })),
    model: answer.model ?? null,
    note: answer.note ?? null,
  };
  if (product.task === 'binary') return { probability: answer.value, ...common };
  return {
    score: answer.value,
    interval: answer.interval ?? null,
    advice: answer.advice,
    rules_score: answer.rulesScore ?? null,
    ...common,
  };
}

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

/** The row of one item; what nothing can be said of becomes an error of its own, so that the rest is answered. */
function rowOf(product: ServedProduct, item: unknown, i: number): PlainRow | TouchlineError {
  try {
    return product.toRow(item);
  } catch (error) {
    const ours = toTouchlineError(error);
    if (ours.code === 'INSUFFICIENT_QUALITY') return ours;
    if (ours.code !== 'INVALID_INPUT') throw ours;
    const fields = ((ours.details.fields ?? []) as { field: string; problem: string }[]).map((one) => ({
      ...one,
      field: `items.${i}.${one.field}`,
    }));
    throw new TouchlineError('INVALID_INPUT', `Item ${i}: ${ours.message}`, {
      details: { fields },
      cause: ours,
    });
  }
}

/** The route that predicts for one product: one item, or a batch as `{ items: [...] }`. */
export function predictRoute(product: ServedProduct, deps: PredictDeps): Route {
  const { champions, predictionLog, limits, clock, log, metrics } = deps;
  const { name } = product;
  const answer = answerSchema(product).meta({ id: `${product.name}Answer` });

  const time = (stage: Stage) => metrics.stageSeconds.startTimer({ product: name, stage });
  const countFailure = (code: string, items = 1) =>
    metrics.predictionFailures.inc({ product: name, code }, items);
  // All are there from the start, so that the first one is a change.
  for (const code of ['MODEL_ERROR', 'NOT_READY']) countFailure(code, 0);
  for (const stage of STAGES) metrics.stageSeconds.zero({ product: name, stage });
  metrics.batchRows.zero({ product: name });

  /** @param each seconds of one item. */
  function count(found: readonly Answer[], each: number): void {
    metrics.batchRows.observe({ product: name }, found.length);
    for (const { method, model, note } of found) {
      metrics.predictions.inc({ product: name, method, package: model?.package ?? 'rules' });
      metrics.predictionSeconds.observe({ product: name, method }, each);
      // The rules tell why they answered where there is a model.
      if (method === 'rules_fallback' && note !== undefined) countFailure('MODEL_ERROR');
    }
  }

  async function answers(rows: readonly PlainRow[], reasons: boolean, call: Call) {
    const started = performance.now();
    const found = await champions.use(product.name, (served) =>
      answerAll(product, served, rows, {
        reasons,
        signal: call.signal,
        time,
        onTrouble: (error, what) => log.error({ product: product.name, error_id: call.id, err: error }, what),
      }),
    );
    const each = (performance.now() - started) / Math.max(1, rows.length);
    const now = clock.now();
    const records = found.map((one) => recordOf(product, one, now, each, call.caller.id));
    const written = time('log');
    const logged = predictionLog.add(records);
    written();
    count(found, each / 1_000);
    return found.map((one, i) => rendered(product, one, logged ? records[i].id : null));
  }

  async function batch(items: unknown[], reasons: boolean, call: Call): Promise<Reply> {
    const pause = yieldPeriodically(call.signal);
    const made = time('features');
    const rows: (PlainRow | TouchlineError)[] = [];
    for (const [i, item] of items.entries()) {
      rows.push(rowOf(product, item, i));
      await pause(i, items.length);
    }
    made();
    const good = rows.filter((row): row is PlainRow => !(row instanceof TouchlineError));
    for (const row of rows) if (row instanceof TouchlineError) countFailure(row.code);
    const done = good.length === 0 ? [] : await answers(good, reasons, call);
    let next = 0;
    return {
      json: {
        items: rows.map((row) =>
          row instanceof TouchlineError ? errorAnswer(row, call.id).body : done[next++],
        ),
      },
    };
  }

  async function reply(call: Call): Promise<Reply> {
    const { body } = call;
    const asked = call.query.reasons as 'true' | 'false' | undefined;
    if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'items')) {
      const made = time('features');
      const row = product.toRow(body);
      made();
      return { json: (await answers([row], asked !== 'false', call))[0] };
    }
    const { items, ...rest } = body as { items: unknown };
    if (!Array.isArray(items) || items.length === 0 || items.length > limits.batchItems)
      throw new TouchlineError('INVALID_INPUT', `items must be a list of 1 to ${limits.batchItems}.`, {
        details: { fields: [{ field: 'items', problem: `a list of 1 to ${limits.batchItems} is needed` }] },
      });
    if (Object.keys(rest).length > 0)
      throw new TouchlineError('INVALID_INPUT', 'A batch has the key items alone.', {
        details: { fields: Object.keys(rest).map((field) => ({ field, problem: 'not expected here' })) },
      });
    return batch(items, asked === 'true', call);
  }

  return {
    method: 'post',
    path: product.path,
    access: 'viewer',
    tag: product.name,
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
      description: 'The answer; of a batch, one for each item in order',
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
