import type { Rating } from '../datasets/matrix.ts';
import type { Store } from '../platform/store/store.ts';
import type { EtlPlan } from './plan.ts';
import { silverOf } from './silver.ts';

/**
 * The ratings of every item that experts scored, one entry per item, also of items without a row: scores may arrive before
 * any poses. Empty if the product has no ratings.
 */
export async function ratedItems<R>(plan: EtlPlan<R>, store: Store): Promise<Rating[][]> {
  if (!plan.ratings) return [];
  const items = new Map<string, Rating[]>();
  for await (const { record } of silverOf<R>(store, plan.product).all(plan.ratings.where)) {
    const rating = plan.ratings.of(record);
    if (!rating) continue;
    const { item, rater, score } = rating;
    const known = items.get(item);
    if (known) known.push({ rater, score });
    else items.set(item, [{ rater, score }]);
  }
  return [...items.values()];
}
