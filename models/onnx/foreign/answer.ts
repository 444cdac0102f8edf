import { TouchlineError } from '../../../platform/errors.ts';
import { askProcess } from '../../../platform/processes.ts';
import type { AnswerRequest, ForeignAnswer } from './answer-child.ts';

const TIMEOUT_MS = 60_000;

/**
 * What the graph of another program answers, one number a row (of two columns the second), by onnxruntime in a process
 * of its own that is ended afterwards: such a graph is not trusted.
 * @throws PACKAGE_INVALID where it fails, kills its process or takes longer than a minute
 */
export async function foreignAnswers(request: AnswerRequest): Promise<Float64Array> {
  try {
    const options = { timeoutMs: TIMEOUT_MS };
    const answer = await askProcess<ForeignAnswer>(import.meta.url, './answer-child', request, options);
    if ('error' in answer) throw new Error(answer.error);
    const rows = request.values.length / request.width;
    const columns = answer.values.length / rows;
    if (columns !== 1 && columns !== 2)
      throw new Error(`it gives ${answer.values.length} values for ${rows} rows`);
    return Float64Array.from({ length: rows }, (_, row) => answer.values[(row + 1) * columns - 1]);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new TouchlineError('PACKAGE_INVALID', `The imported ONNX model does not run here: ${reason}`, {
      cause: error,
      details: { reason },
    });
  }
}
