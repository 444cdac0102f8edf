import { workerData } from 'node:worker_threads';
import { joinCrew } from '../trees/crew.ts';
import { type HelperInput, openHelper } from './jobs.ts';

const input = workerData as HelperInput;
joinCrew(input.control, openHelper(input));
