import { createLog } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import { eventually } from '../conformance/tools.ts';

/** Waits until nothing waits to be delivered; long enough for a back-off at its longest. */
export const settled = (store: Store) =>
  eventually(async () => (await store.collection('outbox').count({ due: { gte: 0 } })) === 0, 40_000);

/** A log that is kept, to look for what must not be in it. */
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
