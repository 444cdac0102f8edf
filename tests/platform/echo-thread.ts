import { parentPort } from 'node:worker_threads';
import { hashBytes } from '../../platform/hash.ts';

parentPort!.once('message', (text: string) => parentPort!.postMessage(hashBytes(text)));
