import { workerData } from 'node:worker_threads';
import { joinPool } from '../../trees/thread-pool.ts';
import { type HelperInput, openHelper } from './operations.ts';

const input = workerData as HelperInput;
joinPool(input.control, openHelper(input));
