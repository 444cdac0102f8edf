import { serve } from '../../../platform/workers/serve.ts';
import { chooseAndSolve, type LinearTask } from './choose.ts';

/** Methods of the thread that solves large problems. */
export const methods = { solve: (task: LinearTask) => chooseAndSolve(task) };

serve(methods);
