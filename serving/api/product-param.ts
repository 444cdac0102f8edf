import { z } from 'zod';
import { TouchlineError } from '../../platform/errors.ts';
import type { ServedProduct } from '../product.ts';

/** Path parameter of routes below one product. */
export const productParam = {
  product: { schema: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), description: 'Name of the product' },
};

/** @throws NOT_FOUND for an unknown name */
export function findProduct(products: readonly ServedProduct[], name: string): ServedProduct {
  const found = products.find((product) => product.name === name);
  if (found === undefined) throw new TouchlineError('NOT_FOUND', `There is no product ${name}.`);
  return found;
}
