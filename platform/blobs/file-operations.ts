import { mkdir, open, rename, rm } from 'node:fs/promises';

/** A file being written. */
export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Every operation by which a folder of blobs changes, so that tests can make the n-th one fail. */
export interface FileOperations {
  makeFolder(path: string): Promise<void>;
  /** Creates a file that must not exist. */
  create(path: string): Promise<FileWriter>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; succeeds where there is none. */
  remove(path: string): Promise<void>;
  /** Makes names in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

export const nodeFiles: FileOperations = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  async create(path) {
    const handle = await open(path, 'wx', 0o644);
    return {
      async write(bytes) {
        await handle.writeFile(bytes);
      },
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncFolder(path) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
