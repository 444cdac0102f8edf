import { bonesOf } from '../../datasets/poses/bones.ts';
import { LAYOUTS } from '../../datasets/poses/layouts.ts';
import type { Action, ActionType } from '../../datasets/records/action.ts';
import { SCORE_GUIDE } from '../../datasets/records/expert-score.ts';
import type { ScoredRecord } from '../../etl/scored-record.ts';
import { silverOf } from '../../etl/silver.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ScoringClip, ScoringPlan } from '../product.ts';

/** Silver records that are actions: their ids are `action/…`. */
const ACTIONS = { id: { gte: 'action/', lt: 'action0' } };
/**
 * Scoring of a product whose actions are stored in silver with their poses.
 * @param types action types of the product, for their labels.
 */
export const actionScoring =
  (types: readonly ActionType[]) =>
  (product: string): ScoringPlan => {
    /** Listing the ids is slow, so they are listed again only when their number has changed. */
    const cache = new WeakMap<Store, { count: number; ids: string[] }>();
    return {
      guide: SCORE_GUIDE,
      async clips({ store }) {
        const silver = silverOf<ScoredRecord>(store, product);
        const count = await silver.count(ACTIONS);
        const cached = cache.get(store);
        if (cached?.count === count) return cached.ids;
        const ids: string[] = [];
        for await (const { id } of silver.all(ACTIONS)) ids.push(id.slice('action/'.length));
        cache.set(store, { count, ids });
        return ids;
      },
      async scores(id, round, { store }) {
        const found: { rater: string; score: number }[] = [];
        for await (const { record } of silverOf<ScoredRecord>(store, product).all({ row: id }))
          if (record.kind === 'score' && record.score.round === round) found.push(record.score);
        return found.map(({ rater, score }) => ({ rater, score }));
      },
      async clip(id, { store }) {
        const found = await silverOf<ScoredRecord>(store, product).get(`action/${id}`);
        return found?.record.kind === 'action' ? toScoringClip(found.record.action, types) : undefined;
      },
    };
  };
function toScoringClip({ id, type, poses }: Action, types: readonly ActionType[]): ScoringClip {
  const { up } = LAYOUTS[poses.layout];
  const round = (x: number) => Math.round(x * 1e4) / 1e4;
  return {
    id,
    action: types.find(({ name }) => name === type)?.label ?? type,
    fps: poses.fps,
    bones: bonesOf(poses.layout),
    frames: poses.frames.map((frame) =>
      frame.map((point): [number, number] | null =>
        point ? [round(point[0] * poses.aspect), round(-up * point[1])] : null,
      ),
    ),
  };
}
