import { z } from 'zod';
import { TouchlineError } from '../../platform/errors.ts';
import type { Hinges, LinearMember, ModelDefinition } from '../definition.ts';

export const METADATA_KEY = 'touchline';

export const featureColumnSchema = z.strictObject({
  name: z.string().min(1).max(200),
  kind: z.enum(['numeric', 'categorical']),
  description: z.string().max(2000),
  unit: z.string().max(100).optional(),
  range: z.tuple([z.number(), z.number()]).readonly().optional(),
  categories: z.array(z.string().max(200)).max(10_000).readonly().optional(),
  optional: z.boolean().optional(),
});

/** Metadata that the graph's tensors do not contain. Numbers used in computation are only in the graph. */
const structureSchema = z.strictObject({
  /** Incremented when the writer produces a different graph from the same definition. */
  format: z.literal(1),
  task: z.enum(['regression', 'binary']),
  columns: z.array(featureColumnSchema).min(1).max(10_000),
  members: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('linear'), name: z.string(), hinges: z.literal(true).optional() }),
        z.strictObject({
          kind: z.literal('trees'),
          name: z.string(),
          compare: z.enum(['lt', 'le']),
          aggregate: z.enum(['sum', 'mean']),
        }),
        z.strictObject({
          kind: z.literal('network'),
          name: z.string(),
          activations: z.array(z.enum(['relu', 'linear'])).max(100),
        }),
      ]),
    )
    .min(1)
    .max(100),
  calibration: z.enum(['identity', 'affine', 'isotonic']),
  scale: z.tuple([z.number(), z.number()]).readonly().optional(),
  interval: z.strictObject({ level: z.number(), column: z.number().int().nullable() }).optional(),
});

export type Structure = z.infer<typeof structureSchema>;
export type MemberStructure = Structure['members'][number];

/** Whether a linear member has any hinges. */
function hasHinges(member: LinearMember): member is LinearMember & { hinges: Hinges } {
  return member.hinges !== undefined && member.hinges.column.length > 0;
}

export function structureOf(model: ModelDefinition): Structure {
  return {
    format: 1,
    task: model.task,
    columns: [...model.columns],
    members: model.members.map((member): MemberStructure => {
      const { name } = member;
      if (member.kind === 'linear')
        return { kind: 'linear', name, ...(hasHinges(member) && { hinges: true }) };
      if (member.kind === 'trees')
        return { kind: 'trees', name, compare: member.compare, aggregate: member.aggregate };
      return { kind: 'network', name, activations: member.layers.map((layer) => layer.activation) };
    }),
    calibration: model.calibration.kind,
    scale: model.scale,
    interval: model.interval && { level: model.interval.level, column: model.interval.column },
  };
}

/** Validates the structure. @throws PACKAGE_INVALID naming the first field that is wrong */
export function parseStructure(value: unknown): Structure {
  const parsed = structureSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new TouchlineError(
    'PACKAGE_INVALID',
    `The model's metadata is wrong at ${issue.path.join('.') || 'its top level'}: ${issue.message}.`,
    { details: { reason: issue.message, path: issue.path.join('.') } },
  );
}
