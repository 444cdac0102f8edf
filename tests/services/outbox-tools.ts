import { createLog } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import { eventually } from '../conformance/tools.ts';

/** Waits until everything is delivered, for longer than the longest back-off. */
export const settled = (store: Store) =>
  eventually(async () => (await store.collection('outbox').count({ due: { gte: 0 } })) === 0, 40_000);

/** A log in memory, to check what it contains. */
export function recorder() {
  let text = '';
  return {
    log: createLog({
      level: 'trace',
      destination: {
        write(line) {
          text += line;
        },
      },
    }),
    text: () => text,
  };
}
