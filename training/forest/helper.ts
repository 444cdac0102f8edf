import { parentPort, workerData } from 'node:worker_threads';
import { joinCrew } from '../trees/crew.ts';
import { openForest } from './grow-forest.ts';
import { forestJobs, type HelperInput } from './jobs.ts';

const input = workerData as HelperInput;
const workspace = openForest(input.task, input.memory);
joinCrew(
  input.control,
  forestJobs(workspace, input, (grown) => parentPort?.postMessage(grown)),
);
