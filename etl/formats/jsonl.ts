import { TouchlineError } from '../../platform/errors.ts';
import type { FormatValue, ValueFormat } from './format.ts';

const MAX_LINE = 64 * 1024 * 1024;

/**
 * JSON lines: one value per line; blank lines are skipped, and a line that is not JSON is a reject.
 * Throws FILE_TOO_LARGE for a line of more than 64 Mi characters.
 */
export const jsonl: ValueFormat = {
  name: 'jsonl',
  holds: 'values',
  extensions: ['jsonl', 'ndjson'],
  async *read(file) {
    let line = 0;
    let held = '';
    for await (const piece of file.text()) {
      const lines = piece.split('\n');
      lines[0] = held + lines[0];
      held = lines.pop() as string;
      if (held.length > MAX_LINE) {
        throw new TouchlineError(
          'FILE_TOO_LARGE',
          `${file.name}: line ${line + lines.length + 1} has more than ${MAX_LINE} characters.`,
          { details: { file: file.name, limit: MAX_LINE } },
        );
      }
      for (const one of lines) {
        line++;
        if (one.trim() !== '') yield parseLine(one, line);
      }
    }
    if (held.trim() !== '') yield parseLine(held, line + 1);
  },
};

function parseLine(text: string, line: number): FormatValue {
  try {
    return { line, value: JSON.parse(text) };
  } catch (error) {
    return { line, reject: 'the line is not JSON', detail: (error as Error).message, raw: text };
  }
}
