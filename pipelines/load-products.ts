import { statSync } from 'node:fs';
import { asSentence, TouchlineError, toTouchlineError } from '../platform/errors.ts';
import { SHIPPED } from './catalog.ts';
import { isProduct } from './define-product.ts';
import * as touchline from './index.ts';
import type { Product } from './product.ts';

/** A product that does not ship with the platform, and the file that declares it. */
export interface LoadedProduct {
  file: string;
  product: Product;
}

const EXTENSION = /\.[cm]?[jt]s$/;

/** Whether an argument is the path of a product's file rather than the name of a product. */
export const isProductFile = (text: string): boolean => /[\\/]/.test(text) || EXTENSION.test(text);

/**
 * Loads the products that TypeScript or JavaScript files in any folder declare. Their `import … from 'touchline'` resolves
 * to this code, whether it runs from a checkout or as an installed package.
 * @param files absolute paths; each file exports one product.
 * @throws INVALID_CONFIG that names the file and the correction
 */
export async function loadProducts(files: readonly string[]): Promise<LoadedProduct[]> {
  if (files.length === 0) return [];
  // Loaded on demand: most commands start without files of products.
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url, { fsCache: false, virtualModules: { touchline } });
  const loaded: LoadedProduct[] = [];
  for (const file of new Set(files)) {
    const product = await loadProduct(file, (path) => jiti.import(path));
    const { name } = product;
    if (SHIPPED.some((shipped) => shipped.name === name))
      throw productFileError(
        file,
        `the name '${name}' is taken by a product that comes with the platform: choose another name`,
      );
    const other = loaded.find((one) => one.product.name === name);
    if (other)
      throw productFileError(
        file,
        `the name '${name}' is also declared by ${other.file}: rename one of them`,
      );
    loaded.push({ file, product });
  }
  return loaded;
}

async function loadProduct(file: string, load: (file: string) => Promise<unknown>): Promise<Product> {
  if (!EXTENSION.test(file))
    throw productFileError(file, 'the name of a product file must end in .ts, .mts, .cts, .js, .mjs or .cjs');
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw productFileError(file, 'there is no such product file: correct the path');
  let exported: unknown;
  try {
    exported = await load(file);
  } catch (cause) {
    const { code, message } = toTouchlineError(cause);
    const [first, place = ''] = message.split('\n').map((line) => line.trim());
    // A syntax error has its place on the second line.
    const problem = [first.replace(/\.$/, ''), ...(/:\d+:\d+$/.test(place) ? [`at ${place}`] : [])].join(' ');
    const hint = /Cannot find (module|package) 'zod'/.test(first)
      ? ": write `import { z } from 'touchline'`"
      : '';
    throw productFileError(
      file,
      code === 'INVALID_CONFIG' ? problem : `the file fails to load: ${problem}${hint}`,
      cause,
    );
  }
  const values = typeof exported === 'object' && exported !== null ? Object.values(exported) : [];
  const products = [...new Set([exported, ...values])].filter(isProduct);
  if (products.length === 1) return products[0];
  throw productFileError(
    file,
    products.length === 0
      ? 'the file exports no product: write `export const … = defineProduct({ … })`'
      : `the file exports ${products.length} products: move each to a file of its own`,
  );
}

function productFileError(file: string, problem: string, cause?: unknown): TouchlineError {
  return new TouchlineError('INVALID_CONFIG', asSentence(`${file}: ${problem}`), {
    cause,
    details: { file },
  });
}
