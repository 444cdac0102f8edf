import { join } from 'node:path';
import { runEtl } from '../../etl/run-etl.ts';
import { shots } from '../../pipelines/shots.ts';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';

/** Runs ETL in its own process, which a test kills. Prints a line for every completed unit. */
const [folder, from] = process.argv.slice(2);
const store = openSqliteStore({ path: join(folder, 'store.db') });
const blobs = openFolderBlobs({ path: join(folder, 'blobs') });
await runEtl(shots.etl, from, { store, blobs, progress: ({ done }) => process.stdout.write(`${done}\n`) });
await store.close();
