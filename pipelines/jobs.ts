import { z } from 'zod';
import { defineJob } from '../platform/jobs.ts';

/** The kinds of jobs: each step of a pipeline, with the schemas of its payload and its result. */

const product = z.string().min(1);
const metrics = z.record(z.string(), z.number());

export const etlJob = defineJob({
  kind: 'etl',
  payload: z.object({ product, from: z.string(), limit: z.number().int().positive().optional() }),
  result: z.object({
    read: z.number(),
    accepted: z.number(),
    rejected: z.number(),
    duplicates: z.number(),
    rejects: z.array(z.object({ reason: z.string(), count: z.number() })),
    seconds: z.number(),
  }),
});

export const snapshotJob = defineJob({
  kind: 'snapshot',
  payload: z.object({ product }),
  result: z.object({ snapshot: z.string() }),
});

export const candidateSchema = z.object({
  run: z.string(),
  estimator: z.string(),
  /** Absent if the estimator cannot fit the data. */
  package: z.string().optional(),
  /** Why the estimator cannot fit the data. */
  refused: z.string().optional(),
  seconds: z.number(),
  validation: metrics,
});
/** Summary of one trained candidate, or of an estimator that could not be fitted. */
export type CandidateSummary = z.infer<typeof candidateSchema>;

export const trainJob = defineJob({
  kind: 'train',
  payload: z.object({
    product,
    snapshot: z.string(),
    estimator: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    seed: z.number().int(),
    /** Version of the code: a new version trains again. */
    code: z.string(),
  }),
  result: candidateSchema,
});

export const promoteJob = defineJob({
  kind: 'promote',
  payload: z.object({ product, snapshot: z.string(), run: z.string(), package: z.string(), by: z.string() }),
  result: z.object({
    promoted: z.boolean(),
    version: z.number().optional(),
    reasons: z.array(z.string()),
  }),
});

export const driftJob = defineJob({
  kind: 'drift',
  payload: z.object({ product }),
  result: z.object({ verdict: z.string(), share: z.number(), alerts: z.array(z.string()) }),
});

/** Runs the pipeline of a product on its stored data: snapshot, training, gate. Alerts enqueue it. */
export const retrainJob = defineJob({
  kind: 'retrain',
  payload: z.object({ product, seed: z.number().int(), reason: z.string() }),
  result: z.object({ promoted: z.boolean(), reasons: z.array(z.string()) }),
});

/** All kinds of jobs; `createHandlers` has a handler for each. */
export const JOBS = [etlJob, snapshotJob, trainJob, promoteJob, driftJob, retrainJob] as const;
