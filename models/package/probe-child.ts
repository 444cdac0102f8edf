import { toTouchlineError } from '../../platform/errors.ts';
import { type LoadOptions, loadPackage } from './load.ts';
import type { PackageFiles } from './package.ts';
import type { PlainError } from './threaded.ts';

export type ProbeAnswer = { loaded: true } | { error: PlainError };

// Runs in the process that `probe.ts` starts; ended by its parent after the answer.
process.once('message', async ({ files, options }: { files: PackageFiles; options: LoadOptions }) => {
  let answer: ProbeAnswer;
  try {
    const model = await loadPackage(files, options);
    await model.close();
    answer = { loaded: true };
  } catch (error) {
    const { code, message, details } = toTouchlineError(error);
    answer = { error: { code, message, details } };
  }
  process.send?.(answer);
});
