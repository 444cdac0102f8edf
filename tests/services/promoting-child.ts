import { once } from 'node:events';
import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { toTouchlineError } from '../../platform/errors.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import { promote } from '../../registry/promotion.ts';
import { openFixture } from '../serving/fixture.ts';

// Promotes the version of each message, on the MongoDB of the first argument, by a clock that is wrong by the
// milliseconds of the second one, in the folder of the third. Once it knows which champion it would replace,
// it reports that and waits for another message.
const [url, wrongBy, folder] = process.argv.slice(2);
const { promotion } = openFixture(folder, {
  store: openMongoStore({ url }),
  blobs: openGridfsBlobs({ url }),
});

process.send!('up');
for (;;) {
  const [version] = (await once(process, 'message')) as [number];
  const deps: typeof promotion = {
    ...promotion,
    clock: { ...promotion.clock, now: () => Date.now() + Number(wrongBy) },
    async load(hash) {
      const model = await promotion.load(hash);
      process.send!('waiting');
      await once(process, 'message');
      return model;
    },
  };
  const outcome = await promote({ product: 'jumps', version, by: `process ${process.pid}` }, deps).then(
    (period) => period.version,
    (error) => toTouchlineError(error).code,
  );
  process.send!(outcome);
}
