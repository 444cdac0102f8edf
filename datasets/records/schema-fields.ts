import type { z } from 'zod';

/** One field of a record schema, as far as features and examples need it. */
export interface SchemaField {
  name: string;
  kind: 'number' | 'choice' | 'boolean' | 'text' | 'other';
  optional: boolean;
  description?: string;
  unit?: string;
  /** Both ends of a number, if the schema bounds them. */
  range?: readonly [number, number];
  /** The one end of a number that the schema bounds on one side. */
  bound?: number;
  whole?: boolean;
  choices?: readonly string[];
}

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypeDef & { innerType?: Schema; in?: Schema };

const OPTIONAL_TYPES = new Set(['optional', 'nullable', 'default', 'prefault', 'catch']);

/** The fields of a record schema in its order, without wrappers such as `optional` and pipes. */
export function schemaFields(record: z.ZodObject): SchemaField[] {
  return Object.entries(record.shape).map(([name, schema]) => fieldOf(name, schema));
}

function fieldOf(name: string, schema: Schema): SchemaField {
  let inner = schema as z.ZodType;
  let optional = false;
  let { description, unit } = metaOf(inner);
  for (;;) {
    const def = inner._zod.def as Def;
    const next = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
    if (!next) break;
    optional ||= OPTIONAL_TYPES.has(def.type);
    inner = next as z.ZodType;
    const meta = metaOf(inner);
    description ??= meta.description;
    unit ??= meta.unit;
  }
  const field = { name, optional, ...(description && { description }), ...(unit && { unit }) };
  const type = inner._zod.def.type;
  if (type === 'number') return { ...field, kind: 'number', ...boundsOf(inner as z.ZodNumber) };
  if (type === 'enum') return { ...field, kind: 'choice', choices: (inner as z.ZodEnum).options.map(String) };
  if (type === 'boolean') return { ...field, kind: 'boolean' };
  return { ...field, kind: type === 'string' ? 'text' : 'other' };
}

function metaOf(schema: z.ZodType): { description?: string; unit?: string } {
  const { description, unit } = schema.meta?.() ?? {};
  return { description, unit: typeof unit === 'string' ? unit : undefined };
}

function boundsOf({
  minValue,
  maxValue,
  isInt,
}: z.ZodNumber): Pick<SchemaField, 'range' | 'bound' | 'whole'> {
  const [low, high] = [minValue, maxValue].map((value) =>
    value !== null && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined,
  );
  if (low !== undefined && high !== undefined) return { whole: isInt, range: [low, high] };
  const bound = low ?? high;
  return { whole: isInt, ...(bound !== undefined && { bound }) };
}
