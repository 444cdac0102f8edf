import { parentPort } from 'node:worker_threads';
import { toTouchlineError } from '../../platform/errors.ts';
import { loadPackage } from './load.ts';
import type { Explanation, LoadedModel, Prediction } from './package.ts';
import type { Answer, Described, Request } from './threaded.ts';

// Runs in the thread that `threaded.ts` starts: one model, asked by messages.
let model: LoadedModel | undefined;

async function answer(request: Request): Promise<Described | Prediction | Explanation | undefined> {
  if (request.kind === 'load') {
    model = await loadPackage(request.files, request.options);
    const { predict, explain, close, ...described } = model;
    return described;
  }
  if (request.kind === 'close') {
    await model?.close();
    return undefined;
  }
  const loaded = model as LoadedModel;
  return request.kind === 'predict' ? loaded.predict(request.values) : loaded.explain(request.values);
}

parentPort?.on('message', async (request: Request) => {
  const { id } = request;
  let reply: Answer;
  try {
    reply = { id, result: await answer(request) };
  } catch (error) {
    const { code, message, details } = toTouchlineError(error);
    reply = { id, error: { code, message, details } };
  }
  parentPort?.postMessage(reply);
});
