import { type Catalog, catalogOf } from '../platform/catalog.ts';
import { biomechanics } from './biomechanics.ts';
import type { Product } from './product.ts';
import { shots } from './shots.ts';
import { skiJumps } from './ski-jumps.ts';
import { squats } from './squats.ts';

/** The products that ship. */
export const SHIPPED = [biomechanics, shots, squats, skiJumps] as const;

/** The products that ship and those of a user's own. Its `named` throws NOT_FOUND with the names that exist. */
export const productCatalog = (own: readonly Product[] = []): Catalog<Product> =>
  catalogOf('product', [...SHIPPED, ...own], 'NOT_FOUND');
