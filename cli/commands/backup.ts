import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { backUp, restore } from '../../platform/backup.ts';
import { answer } from '../answer.ts';
import { withSession } from '../session.ts';
import { cell } from '../table.ts';

export function register(program: Command): void {
  program
    .command('backup')
    .description('the whole embedded state as one file, while others work on it')
    .argument('<file>', 'a .tar.gz')
    .action((file: string, _: object, command: Command) =>
      withSession(command, async ({ config }) => {
        await backUp(config, file);
        const { size } = await stat(file);
        answer(command, { file, bytes: size }, () => `${file}: ${cell(size)} bytes`);
      }),
    );
  program
    .command('restore')
    .description('a backup into an empty data folder')
    .argument('<file>', 'what `backup` wrote')
    .action((file: string, _: object, command: Command) =>
      withSession(command, async ({ config }) => {
        const { blobs } = await restore(config, file);
        answer(
          command,
          { file, data: config.data, blobs },
          () => `Restored into ${config.data}: ${cell(blobs)} files checked.`,
        );
      }),
    );
}
