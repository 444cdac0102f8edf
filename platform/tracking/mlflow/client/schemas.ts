import { z } from 'zod';

/** MLflow sends 64-bit numbers as numbers or as text, and a metric may be the text `NaN`. */
const number = z.union([z.number(), z.string()]).transform(Number);
const text = z.string();

const tagSchema = z.object({ key: text, value: text.default('') });
export type Tag = z.infer<typeof tagSchema>;

export const experimentSchema = z.object({
  experiment_id: text,
  name: text,
  artifact_location: text.optional(),
  lifecycle_stage: text.default('active'),
});
export type MlflowExperiment = z.infer<typeof experimentSchema>;

const RUN_STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type MlflowRunStatus = (typeof RUN_STATUSES)[number];

export const metricSchema = z.object({
  key: text,
  value: number,
  /** Milliseconds since 1970. */
  timestamp: number.default(0),
  step: number.default(0),
});
export type MlflowMetric = z.infer<typeof metricSchema>;

const runInfoSchema = z.object({
  run_id: text,
  run_name: text.default(''),
  experiment_id: text,
  status: z.enum(RUN_STATUSES),
  /** Milliseconds since 1970. */
  start_time: number.default(0),
  end_time: number.optional(),
  artifact_uri: text.default(''),
  lifecycle_stage: text.default('active'),
});

export const runSchema = z.object({
  info: runInfoSchema,
  data: z
    .object({
      metrics: z.array(metricSchema).default([]),
      params: z.array(tagSchema).default([]),
      tags: z.array(tagSchema).default([]),
    })
    .default({ metrics: [], params: [], tags: [] }),
});
export type MlflowRun = z.infer<typeof runSchema>;

export const loggedModelSchema = z.object({
  info: z.object({
    model_id: text,
    experiment_id: text,
    name: text.default(''),
    artifact_uri: text,
    status: text,
    source_run_id: text.default(''),
    tags: z.array(tagSchema).default([]),
  }),
});
export type MlflowLoggedModel = z.infer<typeof loggedModelSchema>;

export const modelVersionSchema = z.object({
  name: text,
  version: number,
  creation_timestamp: number.default(0),
  source: text.default(''),
  run_id: text.default(''),
  status: text.default('READY'),
  tags: z.array(tagSchema).default([]),
  aliases: z.array(text).default([]),
});
export type MlflowModelVersion = z.infer<typeof modelVersionSchema>;

export const registeredModelSchema = z.object({
  name: text,
  tags: z.array(tagSchema).default([]),
  aliases: z.array(z.object({ alias: text, version: number })).default([]),
});
export type MlflowRegisteredModel = z.infer<typeof registeredModelSchema>;

export const artifactSchema = z.object({
  /** Relative to the listed folder. */
  path: text,
  is_dir: z.boolean().default(false),
  file_size: number.default(0),
});

export const webhookSchema = z.object({
  webhook_id: text,
  name: text,
  url: text,
  status: text.default('ACTIVE'),
});
export type MlflowWebhook = z.infer<typeof webhookSchema>;

/** MLflow's error answers. */
export const failureSchema = z.object({ error_code: z.union([text, z.number()]), message: text.default('') });
