import type { Command } from 'commander';
import { askSnapshot } from '../../pipelines/run.ts';
import { answer } from '../answer.ts';
import { withSession } from '../session.ts';
import { snapshotText } from '../text.ts';

export function register(program: Command): void {
  program
    .command('snapshot')
    .description('freeze what is stored')
    .argument('<product>')
    .action((product: string, _: object, command: Command) =>
      withSession(command, async (session) => {
        session.startWorker();
        const snapshot = await askSnapshot(session.pipeline(product), session, session);
        answer(command, snapshot, () => snapshotText(snapshot));
      }),
    );
}
