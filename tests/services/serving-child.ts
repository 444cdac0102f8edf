import { openGridfsBlobs } from '../../platform/blobs/gridfs.ts';
import { openMongoStore } from '../../platform/store/mongodb/store.ts';
import { startServer } from '../../serving/server.ts';
import { openFixture } from '../serving/fixture.ts';

// Serves the MongoDB of the first argument and the folder of the second until it is killed. Prints its address.
const [url, folder] = process.argv.slice(2);
const fixture = openFixture(folder, { store: openMongoStore({ url }), blobs: openGridfsBlobs({ url }) });
const server = await startServer(fixture.app({ auth: { mode: 'keys' } }), { port: 0, mode: 'keys' });
console.log(server.url);
