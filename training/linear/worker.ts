import { parentPort, workerData } from 'node:worker_threads';
import { chooseAndSolve, type LinearTask } from './choose.ts';

parentPort?.postMessage({ kind: 'done', result: chooseAndSolve(workerData as LinearTask) });
