import { TouchlineError } from '../../platform/errors.ts';

/** A line of a JSON-lines file, or why it cannot be read; other lines are not harmed by it. */
export type JsonLine =
  | { line: number; value: unknown; reject?: undefined }
  | { line: number; value?: undefined; reject: string; detail: string; raw: string };

const MAX_LINE = 64 * 1024 * 1024;

/**
 * Values of a JSON-lines file, one a line; empty lines are skipped.
 * @throws FILE_TOO_LARGE for a line beyond 64 Mi characters
 */
export async function* readJsonLines(text: AsyncIterable<string>, name: string): AsyncGenerator<JsonLine> {
  let line = 0;
  let held = '';
  for await (const piece of text) {
    const lines = piece.split('\n');
    lines[0] = held + lines[0];
    held = lines.pop() as string;
    if (held.length > MAX_LINE) {
      throw new TouchlineError(
        'FILE_TOO_LARGE',
        `${name}: line ${line + lines.length + 1} has more than ${MAX_LINE} characters.`,
        { details: { file: name, limit: MAX_LINE } },
      );
    }
    for (const one of lines) {
      line++;
      if (one.trim() !== '') yield parseLine(one, line);
    }
  }
  if (held.trim() !== '') yield parseLine(held, line + 1);
}

function parseLine(text: string, line: number): JsonLine {
  try {
    return { line, value: JSON.parse(text) };
  } catch (error) {
    return { line, reject: 'the line is no JSON', detail: (error as Error).message, raw: text };
  }
}
