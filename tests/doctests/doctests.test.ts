import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { doctestsOf, runDoctest } from './doctest.ts';

const ROOT = join(import.meta.dirname, '../..');
const MODULES = [
  ...['platform', 'statistics', 'datasets', 'models', 'etl', 'training', 'registry', 'monitoring'],
  ...['serving', 'pipelines', 'cli'],
];

const files = MODULES.flatMap((name) =>
  readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' }).map((path) => join(name, path)),
)
  .filter((path) => path.endsWith('.ts'))
  .sort();

describe('examples in docstrings', () => {
  for (const file of files)
    for (const doctest of doctestsOf(readFileSync(join(ROOT, file), 'utf8')))
      it(`${file}:${doctest.line} runs and gives the values it states`, async () => {
        await runDoctest(doctest, { z, ...(await import(join(ROOT, file))) });
      });
});

describe('the runner of examples', () => {
  const example = (...lines: string[]) =>
    doctestsOf(['/**', ' * @example', ...lines.map((line) => ` * ${line}`), ' */'].join('\n'))[0];

  it('accepts the value that is stated', async () => {
    await runDoctest(example('const one = 1;', 'one + 1; // => 2'), {});
  });

  it('refuses another value and names the line', async () => {
    await expect(runDoctest(example('const one = 1;', 'one + 1; // => 3'), {})).rejects.toThrow(
      'line 4: found 2; expected 3',
    );
  });

  it('compares a decimal number to the digits written', async () => {
    await runDoctest(example('1 / 3; // => 0.333'), {});
    await expect(runDoctest(example('1 / 3; // => 0.334'), {})).rejects.toThrow('expected 0.334');
  });

  it('expects the error code that is stated, and an error at all', async () => {
    const scope = {
      fail: () => {
        throw Object.assign(new Error('no'), { code: 'INVALID_INPUT' });
      },
    };
    await runDoctest(example('fail(); // => throws INVALID_INPUT'), scope);
    await expect(runDoctest(example('1; // => throws INVALID_INPUT'), scope)).rejects.toThrow('found 1');
    await expect(runDoctest(example('fail(); // => 1'), scope)).rejects.toThrow('threw INVALID_INPUT');
  });

  it('joins an expression that spans several lines', async () => {
    await runDoctest(example('[1, 2]', '  .map((x) => x + 1); // => [2, 3]'), {});
  });

  it('leaves examples without a stated value alone', () => {
    expect(example('start();')).toBeUndefined();
  });
});
