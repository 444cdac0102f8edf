import type { Command } from 'commander';
import { restore as restoreBackup } from '../../platform/restore.ts';
import { backupCounts, notInBackup } from '../backup-text.ts';
import type { CommandDefinition } from '../command.ts';
import { printResult } from '../output.ts';
import { withWorkspace } from '../workspace.ts';

export const restore: CommandDefinition = {
  name: 'restore',
  summary: 'Restore a backup into an empty store, of whichever kind.',
  examples: [
    'touchline restore touchline.tar.gz --data restored',
    'touchline restore touchline.tar.gz --replace',
  ],
  configure(command) {
    command
      .argument('<file>', 'archive that `backup` wrote')
      .option('--replace', 'empty the store first; stop its API and workers before you do', false)
      .action((file: string, { replace }: { replace: boolean }, command: Command) =>
        withWorkspace(command, async (workspace) => {
          const { platform, view, signal } = workspace;
          const options = { progress: view.progress, signal, replace };
          const counts = await restoreBackup(platform, file, options);
          const to = { store: platform.store.name, blobs: platform.blobs.name };
          const without = notInBackup(workspace);
          printResult(command, { file, ...counts, to, without }, () =>
            [
              `Restored into ${to.store} and ${to.blobs}: ${backupCounts(counts)}. The hash of every file matches.`,
              ...without,
            ].join('\n'),
          );
        }),
      );
  },
};
