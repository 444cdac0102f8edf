import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { openEmbeddedTracking } from '../../platform/tracking/embedded/tracking.ts';
import { makeFolder } from './tools.ts';
import { trackingConformance } from './tracking.ts';

trackingConformance('embedded', async () =>
  openEmbeddedTracking({
    store: openSqliteStore({ path: ':memory:' }),
    blobs: openFolderBlobs({ path: makeFolder() }),
  }),
);
