import { TouchlineError } from '../../platform/errors.ts';
import { invalidFormat, type ValueFormat } from './format.ts';

const MAX_ITEM = 64 * 1024 * 1024;

/** JSON: the elements of a top-level array one by one, without holding the file; anything else as one value. */
export const json: ValueFormat = {
  name: 'json',
  holds: 'values',
  extensions: ['json'],
  async *read(file) {
    const splitter = new ArraySplitter(file.name);
    for await (const piece of file.text()) {
      for (const item of splitter.push(piece)) {
        yield { line: splitter.items, value: parseItem(item, splitter.items, file.name) };
      }
    }
    const whole = splitter.end();
    if (whole !== undefined) yield { line: 1, value: parseItem(whole, 1, file.name) };
  },
};

function parseItem(text: string, item: number, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw broken(name, `item ${item}: ${(cause as Error).message}`, cause);
  }
}

function broken(name: string, where: string, cause?: unknown): TouchlineError {
  return invalidFormat(name, `is not valid JSON at ${where}`, cause);
}

const SPACE = /\s/;

/** Splits a top-level array into the texts of its elements; a top-level value of another kind stays in one piece. */
class ArraySplitter {
  items = 0;
  private readonly name: string;
  private kind: 'unknown' | 'array' | 'other' | 'closed' = 'unknown';
  private depth = 0;
  private inString = false;
  private escaped = false;
  private held: string[] = [];
  private heldLength = 0;

  constructor(name: string) {
    this.name = name;
  }

  *push(piece: string): Generator<string> {
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const c = piece[i];
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (c === '\\') this.escaped = true;
        else if (c === '"') this.inString = false;
        continue;
      }
      if (this.kind === 'unknown') {
        if (SPACE.test(c)) continue;
        this.kind = c === '[' ? 'array' : 'other';
        start = c === '[' ? i + 1 : i;
        if (c === '[') continue;
      }
      if (this.kind === 'closed') {
        if (!SPACE.test(c)) throw broken(this.name, `item ${this.items}: text follows the array`);
        continue;
      }
      if (c === '"') this.inString = true;
      else if (c === '{' || c === '[') this.depth++;
      else if (c === '}' || (c === ']' && this.depth > 0)) this.depth--;
      else if (this.kind === 'array' && this.depth === 0 && (c === ',' || c === ']')) {
        const text = this.take(piece.slice(start, i)).trim();
        start = i + 1;
        if (c === ']') this.kind = 'closed';
        if (text === '' && (c === ',' || this.items > 0))
          throw broken(this.name, `item ${this.items + 1}: the item is missing`);
        if (text !== '') {
          this.items++;
          yield text;
        }
      }
    }
    if (this.kind !== 'closed' && this.kind !== 'unknown') this.hold(piece.slice(start));
  }

  /** @returns the text of a value that is not an array */
  end(): string | undefined {
    if (this.kind === 'array')
      throw broken(this.name, `item ${this.items + 1}: the file ends within its array`);
    if (this.kind === 'unknown') throw broken(this.name, 'item 1: the file is blank');
    return this.kind === 'other' ? this.take('') : undefined;
  }

  private hold(text: string) {
    this.held.push(text);
    this.heldLength += text.length;
    if (this.heldLength > MAX_ITEM) {
      throw new TouchlineError(
        'FILE_TOO_LARGE',
        `${this.name}: item ${this.items + 1} has more than ${MAX_ITEM} characters.`,
        { details: { file: this.name, limit: MAX_ITEM } },
      );
    }
  }

  private take(last: string): string {
    const text = this.held.length === 0 ? last : this.held.join('') + last;
    this.held = [];
    this.heldLength = 0;
    return text;
  }
}
