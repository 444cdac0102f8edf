import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { splitUrl } from '../../platform/adapters.ts';
import { backUp } from '../../platform/backup.ts';
import { restore } from '../../platform/restore.ts';
import { answer } from '../answer.ts';
import { type Session, withSession } from '../session.ts';
import { cell } from '../table.ts';

export function register(program: Command): void {
  program
    .command('backup')
    .description('every document and file as one file, while others work on them')
    .argument('<file>', 'a .tar.gz')
    .action((file: string, _: object, command: Command) =>
      withSession(command, async (session) => {
        const counts = await backUp(session.platform, file, optionsOf(session));
        const { size } = await stat(file);
        const without = elsewhere(session);
        answer(command, { file, bytes: size, ...counts, without }, () =>
          [`${file}: ${cell(size)} bytes, ${countsText(counts)}.`, ...without].join('\n'),
        );
      }),
    );
  program
    .command('restore')
    .description('a backup into an empty place, whichever store and files are set there')
    .argument('<file>', 'what `backup` wrote')
    .option('--replace', 'empty the place first; end its API and its workers before', false)
    .action((file: string, { replace }: { replace: boolean }, command: Command) =>
      withSession(command, async (session) => {
        const counts = await restore(session.platform, file, { ...optionsOf(session), replace });
        const { store, blobs } = session.platform;
        const to = { store: store.name, blobs: blobs.name };
        const without = elsewhere(session);
        answer(command, { file, ...counts, to, without }, () =>
          [
            `Restored into ${to.store} and ${to.blobs}: ${countsText(counts)}, each file checked.`,
            ...without,
          ].join('\n'),
        );
      }),
    );
}

const optionsOf = ({ view, signal }: Session) => ({ progress: view.progress, signal });

const countsText = ({ documents, blobs }: { documents: number; blobs: number }) =>
  `${cell(documents)} documents, ${cell(blobs)} files`;

/** What lies on servers that have their own ways of backing up. */
function elsewhere({ config, platform }: Session): string[] {
  if (splitUrl(config.tracking).scheme === 'store') return [];
  return [
    `Not in it: runs, metrics and model versions on ${platform.tracking.name}. Back that server up by its own means (its database and its artifacts).`,
  ];
}
