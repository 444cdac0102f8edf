import { z } from 'zod';
import type { Json } from '../../platform/store/store.ts';
import { featureColumnSchema } from '../onnx/structure.ts';
import { invalid } from './files.ts';
import type { PackageFiles } from './package.ts';
import '../../platform/zod-messages.ts';

const width = z.number().int().positive();
const numbers = z.array(z.number());

export const signatureSchema = z.strictObject({
  format: z.literal(1),
  product: z.string().min(1),
  task: z.enum(['regression', 'binary']),
  estimator: z.string().min(1),
  input: z.strictObject({
    name: z.literal('features'),
    dtype: z.literal('float32'),
    shape: z.tuple([z.literal('N'), width]),
    columns: z.array(featureColumnSchema),
  }),
  outputs: z.array(
    z.strictObject({
      name: z.string(),
      shape: z.union([z.tuple([z.literal('N')]), z.tuple([z.literal('N'), width])]),
    }),
  ),
  members: z.array(z.string()),
  weights: numbers,
  scale: z.tuple([z.number(), z.number()]).readonly().optional(),
  intervalLevel: z.number().optional(),
  files: z.record(z.string(), z.string()),
});

export const featuresSchema = z.strictObject({
  set: z.string(),
  version: z.number(),
  /** Names in the order of the graph's input. */
  columns: z.array(z.string()),
  fitted: z.record(
    z.string(),
    z.custom<Json>((value) => value !== undefined),
  ),
});

export const goldenSchema = z.strictObject({
  cases: z
    .array(
      z.strictObject({
        inputs: z.strictObject({ features: z.array(z.array(z.number().nullable())).min(1) }),
        outputs: z.record(z.string(), z.union([numbers, z.array(numbers)])),
      }),
    )
    .min(1),
});
export type Golden = z.infer<typeof goldenSchema>;

export const referenceSchema = z.strictObject({
  rows: z.number().int().nonnegative(),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['numeric', 'categorical']),
      missing: z.number(),
      sample: numbers,
    }),
  ),
  predictions: numbers,
  background: z.array(z.array(z.number().nullable())).optional(),
});

/** Parses and validates one JSON file of a package. @throws PACKAGE_INVALID naming the file and the position */
export function parseFile<T>(files: PackageFiles, name: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.get(name)));
  } catch (error) {
    throw invalid(`${name} is not JSON in UTF-8`, error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(
    `${name} is wrong at ${issue.path.join('.') || 'its top level'}: ${issue.message}`,
    parsed.error,
  );
}
