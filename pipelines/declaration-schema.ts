import { z } from 'zod';
import type { SnapshotRules } from '../datasets/quality/columns.ts';
import { DETECTORS } from '../monitoring/drift/detectors/catalog.ts';
import type { ScoreBounds } from '../monitoring/score-bounds.ts';
import '../platform/zod-messages.ts';
import { nextTime } from '../platform/queue/core/schedules.ts';
import type { GateRules } from '../registry/gate.ts';

const func = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const schema = <T>(what: string) =>
  z.custom<T>((value) => value instanceof z.ZodType, `must be ${what}, made with the z of 'touchline'`);
const numbers = z.tuple([z.number(), z.number()]);
const share = z.number().gt(0).lt(1);
const fraction = z.number().min(0).max(1).optional();
const count = z.int().min(1).optional();
const positive = z.number().positive().optional();

const quality = z.strictObject({
  maxMissing: fraction,
  maxOutOfRange: fraction,
  allowConstant: z.boolean().optional(),
  minRows: count,
  minGroups: count,
} satisfies Record<keyof SnapshotRules, z.ZodType>);

const gate = z.strictObject({
  loss: z.string().min(1).optional(),
  tie: z.number().min(0).optional(),
  minRows: count,
  minGroups: count,
  maxLatencyMs: positive,
  maxBytes: positive,
  maxEce: fraction,
  minCoverage: fraction,
} satisfies Record<keyof GateRules, z.ZodType>);

const scoreBounds = z.strictObject({
  maxDeviation: positive,
  minMean: z.number().optional(),
  maxMean: z.number().optional(),
} satisfies Record<keyof ScoreBounds, z.ZodType>);

const cron = z
  .string()
  .refine(matchesSomeTime, "must be a cron expression of five fields in UTC, such as '15 * * * *'");

function matchesSomeTime(expression: string): boolean {
  try {
    nextTime(expression, Date.now());
    return true;
  } catch {
    return false;
  }
}

export const FEATURE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;

export const feature = z.looseObject({
  name: z.string().regex(FEATURE_NAME, 'must be letters, digits and _'),
  extract: func,
  kind: z.enum(['numeric', 'categorical']).optional(),
  description: z.string().optional(),
  categories: z.array(z.string()).min(1).optional(),
  range: numbers.optional(),
});
export const featureSet = z.looseObject({
  name: z.string(),
  version: z.int().min(1),
  columns: z.array(z.looseObject({ name: z.string(), kind: z.string(), description: z.string() })).min(1),
  extract: func,
});
const rows = z.looseObject({ idOf: func, row: func });
const source = z.looseObject({ name: z.string(), recognises: func, list: func, records: func });

const serving = z.strictObject({
  input: schema('the schema of one posted item').optional(),
  toRecord: func.optional(),
  example: z.unknown().optional(),
  rules: z.looseObject({ judge: func, advise: func }).optional(),
  scoring: func.optional(),
  windowDays: z.int().min(1).max(365).optional(),
});

const common = {
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      "must be small letters, digits and hyphens, such as 'tennis-serves'",
    )
    .max(60),
  title: z.string().min(1).optional(),
  description: z.string().min(1),
  task: z.enum(['regression', 'binary']),
  scale: numbers.optional(),
  split: z
    .strictObject({
      by: z.enum(['group', 'time']),
      shares: z.strictObject({ train: share, validation: share, test: share }),
    })
    .optional(),
  quality: quality.optional(),
  estimators: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
    .optional(),
  primary: z.string().optional(),
  intervalColumn: z.string().optional(),
  gate: gate.optional(),
  baseline: func.optional(),
  monitors: z
    .strictObject({
      scoreBounds: scoreBounds.optional(),
      detectors: z.record(z.string(), z.enum(DETECTORS.names)).optional(),
      retrain: z.boolean().optional(),
      cron: cron.optional(),
    })
    .optional(),
  simulate: func.optional(),
  simulatedItems: func.optional(),
};

/** The form of a declaration whose records are its rows. */
export const recordForm = z.strictObject({
  ...common,
  record: z.custom(
    (value) => value instanceof z.ZodObject,
    "must be an object schema: z.strictObject({ … }) of 'touchline'",
  ),
  row: z.strictObject({
    id: z.string().optional(),
    group: z.string(),
    target: z.string(),
    order: z.string().optional(),
    slices: z.array(z.string()).optional(),
  }),
  features: z.unknown().optional(),
  sources: z.array(source).min(1).optional(),
  serving: serving.optional(),
});

/** The form of a declaration whose rows are joined from records. */
export const rowsForm = z.strictObject({
  ...common,
  sources: z.array(source).min(1),
  rows,
  features: z.unknown(),
  serving: serving.required({ input: true, example: true }),
});
