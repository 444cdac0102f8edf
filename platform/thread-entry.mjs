// First module of a thread that runs from sources: a worker's own `--import tsx` is without effect on Node 20 where the
// process has registered tsx already, so the thread registers it for itself.
import { register } from 'tsx/esm/api';

register();
await import(process.argv[2]);
