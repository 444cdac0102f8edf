import { serve } from '../../platform/workers/serve.ts';
import { loadPackage } from './load.ts';
import type { PackageFiles } from './package.ts';

/** Methods of the process that `probe.ts` starts. */
export const methods = {
  async load({ files, hash }: { files: PackageFiles; hash?: string }): Promise<void> {
    const model = await loadPackage(files, { hash });
    await model.close();
  },
};

serve(methods);
