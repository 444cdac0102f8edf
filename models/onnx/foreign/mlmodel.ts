import { z } from 'zod';
import { TouchlineError } from '../../../platform/errors.ts';

/** The ONNX flavour in the `MLmodel` file of another program. */
export interface ForeignDescription {
  /** Path of the graph within the folder of the model. */
  data: string;
  /** Names of the columns in their order, or the number of columns of an unnamed table. */
  inputs: { names: string[] } | { width: number };
}

const columnSchema = z.object({ type: z.string(), name: z.string() });
const tensorSchema = z.object({
  type: z.literal('tensor'),
  'tensor-spec': z.object({ dtype: z.string(), shape: z.array(z.number().int()) }),
});
const inputsSchema = z.union([z.array(tensorSchema).length(1), z.array(columnSchema).min(1)]);
const NUMBERS = new Set(['float', 'double', 'integer', 'long', 'boolean']);

const rejected = (what: string) =>
  new TouchlineError(
    'INVALID_FORMAT',
    `The version cannot be imported: ${what}. Register it with mlflow.onnx.log_model and a signature.`,
  );

/** The single-quoted YAML scalar after a key, which may span several lines: a line break stands for a space. */
function quotedAt(text: string, key: RegExp): string | undefined {
  const start = key.exec(text);
  if (!start) return undefined;
  const rest = text.slice(start.index + start[0].length);
  const end = /^(?:[^']|'')*/.exec(rest)?.[0] ?? '';
  return end.replaceAll("''", "'").replace(/\s*\n\s*/g, ' ');
}

/**
 * Reads an `MLmodel` file written by MLflow's Python client.
 * @throws INVALID_FORMAT where there is no ONNX flavour or signature, or the inputs are not numeric columns
 */
export function readForeignMlmodel(bytes: Uint8Array): ForeignDescription {
  const text = new TextDecoder().decode(bytes);
  const data = /^ {2}onnx:\n(?: {4,}.*\n)*? {4}data: ([\w./-]+)$/m.exec(text)?.[1];
  if (data === undefined) throw rejected('it has no ONNX flavour');
  const inputs = quotedAt(text, /^signature:\n(?: {2}.*\n)*? {2}inputs: '/m);
  if (inputs === undefined) throw rejected('it has no signature');
  let parsed: z.infer<typeof inputsSchema>;
  try {
    parsed = inputsSchema.parse(JSON.parse(inputs));
  } catch {
    throw rejected('its signature is neither one tensor nor named columns');
  }
  const [first] = parsed;
  if ('tensor-spec' in first) {
    const { shape } = first['tensor-spec'];
    if (shape.length !== 2 || shape[1] < 1)
      throw rejected(`its input has the shape [${shape}], not [-1, columns]`);
    return { data, inputs: { width: shape[1] } };
  }
  const columns = parsed as z.infer<typeof columnSchema>[];
  const nonNumeric = columns.find(({ type }) => !NUMBERS.has(type));
  if (nonNumeric)
    throw rejected(`its column ${nonNumeric.name} has the type ${nonNumeric.type}, which is not numeric`);
  return { data, inputs: { names: columns.map(({ name }) => name) } };
}
