import { ratedItems } from '../../etl/rated-items.ts';
import { fitRaterModel, type RaterModel } from '../../training/rater-model.ts';
import type { StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';

/** What is known about a panel without any model: how its experts differ and how far they agree. */
export type Panel = Pick<RaterModel, 'raters' | 'icc' | 'noiseCeiling'> & {
  /** Number of rated items, including those without a row. */
  items: number;
};

/** The panel of a product over all its scores; undefined if fewer than two experts rated two items. */
export async function panelOf(
  { etl }: Pick<Product, 'etl'>,
  { store }: Pick<StepDeps['platform'], 'store'>,
): Promise<Panel | undefined> {
  const items = await ratedItems(etl, store);
  const experts = new Set(items.flatMap((ratings) => ratings.map(({ rater }) => rater)));
  if (experts.size < 2 || items.length < 2) return undefined;
  const { raters, icc, noiseCeiling } = fitRaterModel(items);
  return { raters, icc, noiseCeiling, items: items.length };
}
