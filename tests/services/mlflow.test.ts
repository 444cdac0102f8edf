import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { openMlflowTracking } from '../../platform/tracking/mlflow/tracking.ts';
import { trackingConformance } from '../conformance/tracking.ts';
import { wipe } from './mlflow-server.ts';
import { type OwnService, serviceUrl, startService } from './real.ts';

describe.skipIf(!serviceUrl('mlflow'))(
  'MLflow (skipped unless `scripts/services.sh start mlflow` runs)',
  () => {
    let folder: string;
    let server: OwnService;
    let next = 0;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'touchline-tracking-'));
      // A server of its own, because the suite needs an empty one for each test.
      server = await startService('mlflow');
    }, 120_000);
    afterAll(async () => {
      await server?.stop();
      await rm(folder, { recursive: true });
    });

    trackingConformance('mlflow', async () => {
      await wipe(server.url);
      const store = openSqliteStore({ path: join(folder, `${next++}.db`) });
      const tracking = openMlflowTracking({ url: server.url, store });
      return {
        ...tracking,
        async close() {
          await tracking.close();
          await store.close();
        },
      };
    });
  },
);
