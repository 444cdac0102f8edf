import { isDeepStrictEqual } from 'node:util';

/** One `@example` block of a docstring. */
export interface Doctest {
  /** Line of the block's first line in its file, from 1. */
  line: number;
  steps: readonly Step[];
}

/** Code that is run as it is, or an expression with the value it must have. */
type Step = { line: number; code: string } & ({ expected?: undefined } | { expected: string });

const ARROW = /^(.*?);?\s*\/\/ => (.+)$/;
const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

/**
 * The runnable examples of a source file: `@example` blocks in which at least one line ends in `// => value`.
 * A value is a JavaScript expression, a decimal number that is compared to the digits written, or `throws CODE`.
 */
export function doctestsOf(source: string): Doctest[] {
  const found: Doctest[] = [];
  let block: { line: number; lines: string[] } | undefined;
  const close = () => {
    if (block?.lines.some((text) => ARROW.test(text)))
      found.push({ line: block.line, steps: stepsOf(block) });
    block = undefined;
  };
  source.split('\n').forEach((text, index) => {
    const inComment = /^\s*\* ?(.*)$/.exec(text);
    if (/^\s*\* @example\s*$/.test(text)) {
      close();
      block = { line: index + 2, lines: [] };
    } else if (!inComment || /^\s*\*\//.test(text) || /^\s*\* @\w+/.test(text)) close();
    else block?.lines.push(inComment[1].replace(/\s*\*\/\s*$/, ''));
  });
  return found;
}

function stepsOf({ line, lines }: { line: number; lines: string[] }): Step[] {
  const steps: Step[] = [];
  let pending: string[] = [];
  lines.forEach((text, index) => {
    const arrow = ARROW.exec(text);
    pending.push(arrow ? arrow[1] : text);
    if (!arrow && !text.trimEnd().endsWith(';')) return;
    steps.push({ line: line + index, code: pending.join('\n').trim(), ...(arrow && { expected: arrow[2] }) });
    pending = [];
  });
  if (pending.join('').trim() !== '') steps.push({ line: line + lines.length - 1, code: pending.join('\n') });
  return steps;
}

/**
 * Runs one example.
 * @param scope what its code may name: the exports of its file, and `z` for schemas.
 * @throws an Error that names the line, the value found and the value expected
 */
export async function runDoctest(
  { steps }: Doctest,
  scope: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(scope).filter((name) => name !== 'default');
  const body = steps.map(({ line, code, expected }) =>
    expected === undefined
      ? code
      : `await check(${line}, async () => (${code}), ${JSON.stringify(expected)}, () => (${
          expected.startsWith('throws ') ? 'undefined' : expected
        }));`,
  );
  const run = new AsyncFunction(...names, 'check', body.join('\n'));
  await run(...names.map((name) => scope[name]), check);
}

async function check(
  line: number,
  evaluate: () => Promise<unknown>,
  written: string,
  expect: () => unknown,
): Promise<void> {
  let found: unknown;
  try {
    found = await evaluate();
  } catch (error) {
    const code = (error as { code?: string }).code ?? (error as Error).name;
    if (written === `throws ${code}`) return;
    throw new Error(`line ${line}: threw ${code} (${(error as Error).message}); expected ${written}`);
  }
  const decimals = /^-?\d+\.(\d+)$/.exec(written)?.[1].length;
  const equal =
    decimals !== undefined && typeof found === 'number'
      ? found.toFixed(decimals) === Number(written).toFixed(decimals)
      : !written.startsWith('throws ') && isDeepStrictEqual(found, expect());
  if (!equal) throw new Error(`line ${line}: found ${JSON.stringify(found)}; expected ${written}`);
}
