// First module of a worker thread that runs from sources: `--import tsx` registers nothing in threads, so each does it here.
import { register } from 'tsx/esm/api';

register();
await import(process.argv[2]);
