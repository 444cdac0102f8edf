import { TouchlineError } from '../../../platform/errors.ts';
import { defineWorker } from '../../../platform/workers/define-worker.ts';
import { WorkerFailure } from '../../../platform/workers/worker.ts';
import type { ForeignRun, methods } from './run-worker.ts';

const worker = defineWorker<typeof methods>(import.meta.url, './run-worker', { kind: 'process' });

const TIMEOUT_MS = 60_000;

/**
 * Runs another program's graph in onnxruntime, in a process of its own, because such a graph is not trusted.
 * @returns one number per row; the second column where the output has two
 * @throws PACKAGE_INVALID if it fails, crashes its process or takes longer than a minute
 */
export async function runForeign(request: ForeignRun): Promise<Float64Array> {
  try {
    const found = await worker.call('run', request, { timeoutMs: TIMEOUT_MS });
    const rows = request.values.length / request.width;
    const columns = found.length / rows;
    if (columns !== 1 && columns !== 2) throw new Error(`it gives ${found.length} values for ${rows} rows`);
    return Float64Array.from({ length: rows }, (_, row) => found[(row + 1) * columns - 1]);
  } catch (error) {
    const reason =
      error instanceof WorkerFailure
        ? `its process ${error.reason}`
        : (error as Error).message.split('\n')[0];
    throw new TouchlineError('PACKAGE_INVALID', `The imported ONNX model does not run here: ${reason}`, {
      cause: error,
      details: { reason },
    });
  }
}
