import { z } from 'zod';
import { TouchlineError } from '../../../errors.ts';
import type { Connection } from './connection.ts';
import { artifactSchema } from './schemas.ts';

const PATH = 'api/2.0/mlflow-artifacts/artifacts';

/**
 * Files below an artifact root (`mlflow-artifacts:/…`, of a run or a logged model). They are transferred through the
 * server, because only the server knows where they are stored.
 */
export interface Artifacts {
  put(root: string, path: string, content: Uint8Array): Promise<void>;
  /** @throws NOT_FOUND */
  get(root: string, path: string): Promise<Uint8Array>;
  /** Every file below a folder of the root (`''` for all), by its path from the root, sorted. */
  list(root: string, folder?: string): Promise<{ path: string; bytes: number }[]>;
}

/** Path of a root in the server's artifact API. @throws INVALID_CONFIG if the server does not serve it */
function proxyPath(root: string): string {
  const match = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+)$/.exec(root);
  if (match) return match[1].replace(/\/+$/, '');
  throw new TouchlineError(
    'INVALID_CONFIG',
    `MLflow stores these artifacts at ${root.split(':')[0] || 'an unknown place'}: and does not serve them. Start it with ` +
      '--serve-artifacts and --artifacts-destination, and use an experiment created after that.',
  );
}

const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

export function createArtifacts({ call, bytes }: Connection): Artifacts {
  const address = (root: string, path: string) => `${PATH}/${encoded(`${proxyPath(root)}/${path}`)}`;

  async function list(root: string, folder: string): Promise<{ path: string; bytes: number }[]> {
    const query = { path: [proxyPath(root), folder].filter(Boolean).join('/') };
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
