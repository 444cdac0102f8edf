import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { found } from './found.ts';
import { pages, quoted } from './pages.ts';
import {
  type MlflowMetric,
  type MlflowRun,
  type MlflowRunStatus,
  metricSchema,
  runSchema,
  type Tag,
} from './schemas.ts';

const PATH = 'api/2.0/mlflow/runs';
const one = z.object({ run: runSchema });
const empty = z.object({});

/** Tag by which a run is found if the answer to its creation was lost. */
export const REQUEST_TAG = 'request-id';
/** Limit of the server for one batch. */
const MOST_METRICS = 1_000;
/** The server's limits are 100 and 1 MB, so fewer are sent to leave room for long values. */
const MOST_TAGS = 50;

export interface RunBatch {
  metrics?: readonly MlflowMetric[];
  /** Changing a param that was logged before is INVALID_INPUT. */
  params?: readonly Tag[];
  tags?: readonly Tag[];
}

/** Runs of experiments. Times are milliseconds since 1970. */
export interface Runs {
  create(run: {
    experiment: string;
    name: string;
    startedAt: number;
    tags?: readonly Tag[];
  }): Promise<MlflowRun>;
  get(id: string): Promise<MlflowRun | undefined>;
  /** @param end time at which it ended. */
  finish(id: string, status: MlflowRunStatus, end: number): Promise<void>;
  /** Logs in as many batches as needed; safe to repeat. @throws NOT_FOUND */
  logBatch(id: string, batch: RunBatch): Promise<void>;
  /** @param search.filter such as `tags.seed = '1'`; `order` such as `attributes.start_time DESC`. */
  search(search: {
    experiments: readonly string[];
    filter?: string;
    order?: readonly string[];
    page?: number;
  }): AsyncIterable<MlflowRun>;
  metricHistory(id: string, name: string): AsyncIterable<MlflowMetric>;
}

function* chunks<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

export function createRuns({ call, createOnce }: Connection): Runs {
  const search: Runs['search'] = ({ experiments, filter, order, page = 1_000 }) =>
    pages(
      call,
      {
        path: `${PATH}/search`,
        json: { experiment_ids: experiments, filter, order_by: order, max_results: page },
      },
      'runs',
      runSchema,
    );

  return {
    search,
    async create({ experiment, name, startedAt, tags = [] }) {
      const request = randomUUID();
      const json = {
        experiment_id: experiment,
        run_name: name,
        start_time: startedAt,
        tags: [...tags, { key: REQUEST_TAG, value: request }],
      };
      return createOnce(
        async () => (await call({ method: 'POST', path: `${PATH}/create`, json }, one)).run,
        async () => {
          const filter = `tags.\`${REQUEST_TAG}\` = ${quoted(request)}`;
          for await (const run of search({ experiments: [experiment], filter })) return run;
          return undefined;
        },
      );
    },
    async get(id) {
      const request = { method: 'GET', path: `${PATH}/get`, query: { run_id: id } } as const;
      return (await found(call(request, one)))?.run;
    },
    async finish(id, status, end) {
      const json = { run_id: id, status, end_time: end };
      await call({ method: 'POST', path: `${PATH}/update`, json, idempotent: true }, empty);
    },
    async logBatch(id, { metrics = [], params = [], tags = [] }) {
      const path = `${PATH}/log-batch`;
      const log = (batch: RunBatch) =>
        call({ method: 'POST', path, json: { run_id: id, ...batch }, idempotent: true }, empty);
      for (const part of chunks(params, MOST_TAGS)) await log({ params: part });
      for (const part of chunks(tags, MOST_TAGS)) await log({ tags: part });
      for (const part of chunks(metrics, MOST_METRICS)) await log({ metrics: part });
    },
    metricHistory: (id, name) =>
      pages(
        call,
        {
          path: 'api/2.0/mlflow/metrics/get-history',
          query: { run_id: id, metric_key: name, max_results: 25_000 },
        },
        'metrics',
        metricSchema,
      ),
  };
}
