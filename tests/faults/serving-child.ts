import { startServer } from '../../serving/server.ts';
import { openFixture } from '../serving/fixture.ts';

// Serves the folder of the first argument until it is killed. Prints its address.
const fixture = openFixture(process.argv[2]);
const server = await startServer(fixture.app(), { port: 0, mode: 'demo' });
console.log(server.url);
