import { startServer } from '../../serving/server.ts';
import { openFixture } from '../serving/fixture.ts';

// A server on the folder named by the first argument, until it is killed. Its address goes to stdout.
const fixture = openFixture(process.argv[2]);
const server = await startServer(fixture.app(), { port: 0, mode: 'demo' });
console.log(server.url);
