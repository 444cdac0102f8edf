import type { Rating } from '../datasets/matrix.ts';
import type { Store } from '../platform/store/store.ts';
import type { EtlPlan } from './plan.ts';
import { silverOf } from './silver.ts';

/**
 * Everything that experts scored, an entry an item, whether or not the item became a row: a panel can be known before a
 * single pose is. Empty where nobody scores.
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
