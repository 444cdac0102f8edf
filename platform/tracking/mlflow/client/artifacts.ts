import { z } from 'zod';
import { TouchlineError } from '../../../errors.ts';
import type { Connection } from './connection.ts';
import { artifactSchema } from './schemas.ts';

const PATH = 'api/2.0/mlflow-artifacts/artifacts';

/**
 * Files below an artifact root (`mlflow-artifacts:/…`, of a run or a logged model), through the server, which alone
 * knows where they lie.
 */
export interface Artifacts {
  put(root: string, path: string, content: Uint8Array): Promise<void>;
  /** @throws NOT_FOUND */
  get(root: string, path: string): Promise<Uint8Array>;
  /** Every file below a folder of the root (`''`: all), by its path from the root, in order. */
  list(root: string, folder?: string): Promise<{ path: string; bytes: number }[]>;
}

/** Path of a root as the proxy knows it. */
function proxied(root: string): string {
  const match = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+)$/.exec(root);
  if (match) return match[1].replace(/\/+$/, '');
  throw new TouchlineError(
    'INVALID_CONFIG',
    `MLflow keeps these artifacts at ${root.split(':')[0] || 'nowhere'}: and does not hand them on: start it with ` +
      '--serve-artifacts and --artifacts-destination, and use an experiment that was made afterwards.',
  );
}

const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

export function createArtifacts({ call, bytes }: Connection): Artifacts {
  const address = (root: string, path: string) => `${PATH}/${encoded(`${proxied(root)}/${path}`)}`;

  async function list(root: string, folder: string): Promise<{ path: string; bytes: number }[]> {
    const query = { path: [proxied(root), folder].filter(Boolean).join('/') };
    const answer = z.object({ files: z.array(artifactSchema).default([]) });
    const { files } = await call({ method: 'GET', path: PATH, query }, answer);
    const found: { path: string; bytes: number }[] = [];
    for (const { path, is_dir, file_size } of files) {
      const below = folder ? `${folder}/${path}` : path;
      if (is_dir) found.push(...(await list(root, below)));
      else found.push({ path: below, bytes: file_size });
    }
    return found;
  }

  return {
    async put(root, path, content) {
      await bytes({ method: 'PUT', path: address(root, path), bytes: content, idempotent: true });
    },
    get: (root, path) => bytes({ method: 'GET', path: address(root, path) }),
    async list(root, folder = '') {
      const found = await list(root, folder);
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}
