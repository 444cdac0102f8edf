import { startServer } from '../../serving/server.ts';
import { openWorld } from '../serving/fixture.ts';

// A server on the folder named by the first argument, until it is killed. Its address goes to stdout.
const world = openWorld(process.argv[2]);
const server = await startServer(world.app(), { port: 0, mode: 'demo' });
console.log(server.url);
