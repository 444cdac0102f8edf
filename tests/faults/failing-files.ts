import { type FileOperations, nodeFiles } from '../../platform/blobs/file-operations.ts';

/** File operations of which the n-th fails, and if `lasting` all later ones. A failing write leaves half of its bytes. */
export function failing(n: number, code: string, lasting: boolean): FileOperations & { failed(): boolean } {
  let count = 0;
  let failed = false;
  const due = () => {
    count++;
    const now = lasting ? count >= n : count === n;
    failed ||= now;
    return now;
  };
  const error = () => Object.assign(new Error(`${code}: injected`), { code });
  const guard =
    <A extends unknown[], R>(operation: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (due()) throw error();
      return operation(...args);
    };
  return {
    failed: () => failed,
    makeFolder: guard(nodeFiles.makeFolder),
    rename: guard(nodeFiles.rename),
    syncFolder: guard(nodeFiles.syncFolder),
    // Removing always works: otherwise no implementation could guarantee that nothing is left behind.
    remove: nodeFiles.remove,
    create: guard(async (path) => {
      const file = await nodeFiles.create(path);
      return {
        async write(bytes) {
          if (due()) {
            await file.write(bytes.subarray(0, bytes.length >> 1));
            throw error();
          }
          await file.write(bytes);
        },
        sync: guard(() => file.sync()),
        async close() {
          await file.close();
          if (due()) throw error();
        },
      };
    }),
  };
}
