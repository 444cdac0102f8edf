import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { backUp } from '../../platform/backup.ts';
import { backupCounts, notInBackup } from '../backup-text.ts';
import type { CommandDefinition } from '../command.ts';
import { printResult } from '../output.ts';
import { cell } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

export const backup: CommandDefinition = {
  name: 'backup',
  summary: 'Write every document and file to one archive, while the system runs.',
  examples: ['touchline backup touchline.tar.gz'],
  configure(command) {
    command
      .argument('<file>', 'archive to write, a .tar.gz')
      .action((file: string, _: object, command: Command) =>
        withWorkspace(command, async (workspace) => {
          const { platform, view, signal } = workspace;
          const counts = await backUp(platform, file, { progress: view.progress, signal });
          const { size } = await stat(file);
          const without = notInBackup(workspace);
          printResult(command, { file, bytes: size, ...counts, without }, () =>
            [`${file}: ${cell(size)} bytes, ${backupCounts(counts)}.`, ...without].join('\n'),
          );
        }),
      );
  },
};
