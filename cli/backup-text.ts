import { schemeOf } from '../platform/adapters.ts';
import { cell } from './table.ts';
import type { Workspace } from './workspace.ts';

export const backupCounts = ({ documents, blobs }: { documents: number; blobs: number }) =>
  `${cell(documents)} documents, ${cell(blobs)} files`;

/** Names the state that lies on other servers and that a backup therefore leaves out, one sentence each. */
export function notInBackup({ config, platform }: Workspace): string[] {
  if (schemeOf(config.tracking) === 'store') return [];
  return [
    `Not included: runs, metrics and model versions on ${platform.tracking.name}. Back up that server's database and artifacts separately.`,
  ];
}
