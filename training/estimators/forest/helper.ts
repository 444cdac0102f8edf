import { parentPort, workerData } from 'node:worker_threads';
import { joinPool } from '../../trees/thread-pool.ts';
import { forestOperations, type HelperInput } from './operations.ts';
import { openForest } from './tree-grower.ts';

const input = workerData as HelperInput;
const workspace = openForest(input.task, input.memory);
joinPool(
  input.control,
  forestOperations(workspace, input, (grown) => parentPort?.postMessage(grown)),
);
