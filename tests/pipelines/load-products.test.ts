import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isProduct } from '../../pipelines/define-product.ts';
import { isProductFile, loadProducts } from '../../pipelines/load-products.ts';
import { temporaryFolder } from '../conformance/tools.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/tennis-serves.ts');

/** A file in a folder outside of the checkout. */
function fileWith(text: string, name = 'product.ts'): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

const declared = (name: string) => `
import { defineProduct, z } from 'touchline';
export const product = defineProduct({
  name: '${name}',
  description: 'Quality of a serve.',
  task: 'regression',
  scale: [0, 10],
  record: z.object({ id: z.string(), player: z.string(), toss: z.number(), score: z.number().optional() }),
  row: { group: 'player', target: 'score' },
});
`;

describe('the file of a product', () => {
  it('is loaded from any folder, with the running code as touchline', async () => {
    const file = join(temporaryFolder(), 'tennis.ts');
    copyFileSync(EXAMPLE, file);
    const [loaded] = await loadProducts([file, file]);
    expect(loaded).toMatchObject({ file, product: { name: 'tennis-serves' } });
    expect(isProduct(loaded.product)).toBe(true);
  });

  it('may be JavaScript, import a file next to it and use a default export', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'scale.mjs'), 'export const scale = [0, 5];\n');
    const file = join(folder, 'serves.mjs');
    const text = declared('club-serves').replace('export const product =', 'export default');
    writeFileSync(file, `import { scale } from './scale.mjs';${text.replace('[0, 10]', 'scale')}`);
    const [{ product }] = await loadProducts([file]);
    expect(product.scale).toEqual([0, 5]);
  });

  it.each([
    ['./tennis.ts', true],
    ['tennis.mjs', true],
    ['products/tennis', true],
    ['tennis-serves', false],
  ])('is told from a name: %s', (text, expected) => {
    expect(isProductFile(text)).toBe(expected);
  });
});

describe('a file that cannot be used is named with what to do', () => {
  it.each<[string, () => string, RegExp]>([
    [
      'no such file',
      () => '/nowhere/tennis.ts',
      /^\/nowhere\/tennis\.ts: there is no such product file: correct the path/,
    ],
    [
      'another kind of file',
      () => fileWith('a,b', 'serves.csv'),
      /must end in \.ts, \.mts, \.cts, \.js, \.mjs or \.cjs\.$/,
    ],
    [
      'broken syntax',
      () => fileWith('export const = 1;'),
      /product\.ts: the file fails to load: .*Unexpected token at .*product\.ts:1:13\.$/,
    ],
    ['a package that is missing', () => fileWith("import 'nothing-of-this-name';"), /nothing-of-this-name/],
    [
      'zod of its own, outside of a checkout',
      () => fileWith("import { z } from 'zod'; z.string();"),
      /Cannot find .*'zod'.*: write `import \{ z \} from 'touchline'`\.$/,
    ],
    [
      'a misspelt field',
      () => fileWith(declared('serves').replace("group: 'player'", "group: 'playr'")),
      /did you mean 'player'\?$/,
    ],
    [
      'no product',
      () => fileWith('export const one = 1;'),
      /exports no product: write `export const … = defineProduct/,
    ],
    [
      'two products',
      () =>
        fileWith(
          `${declared('one')}${declared('two')
            .replace(/import.*\n/, '')
            .replace('const product', 'const other')}`,
        ),
      /exports 2 products: move each to a file of its own\.$/,
    ],
    [
      'the name of a product that comes with the platform',
      () => fileWith(declared('shots')),
      /the name 'shots' is taken by a product that comes with the platform/,
    ],
    [
      'a wrong field',
      () => fileWith(declared('serves').replace("target: 'score'", "target: 'points'")),
      /product\.ts: Product 'serves': row\.target 'points' is not a field of the record: use one of id, player, toss, score\.$/,
    ],
  ])('%s', async (_, file, message) => {
    const error = await loadProducts([file()]).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', message: expect.stringMatching(message) });
  });

  it('two files of one name', async () => {
    const [one, other] = [fileWith(declared('serves')), fileWith(declared('serves'))];
    await expect(loadProducts([one, other])).rejects.toThrow(`also declared by ${one}: rename one of them`);
  });
});
