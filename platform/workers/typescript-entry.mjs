// First module of a worker that runs from the TypeScript sources. Node 20 ignores a worker's own `--import tsx` when the
// process has already registered tsx, so the worker registers it itself.
import { register } from 'tsx/esm/api';

register();
await import(process.argv[2]);
