import type { Command } from 'commander';
import { runSnapshotJob } from '../../pipelines/run.ts';
import type { CommandDefinition } from '../command.ts';
import { productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { withSession } from '../session.ts';
import { snapshotText } from '../text.ts';

export const snapshot: CommandDefinition = {
  name: 'snapshot',
  summary: 'Freeze the stored data into an immutable, split data set.',
  examples: ['touchline snapshot shots'],
  configure(command) {
    command.addArgument(productArgument()).action((product: string, _: object, command: Command) =>
      withSession(command, async (session) => {
        session.startWorker();
        const snapshot = await runSnapshotJob(session.product(product), session, session);
        printResult(command, snapshot, () => snapshotText(snapshot));
      }),
    );
  },
};
