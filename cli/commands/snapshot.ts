import type { Command } from 'commander';
import { runSnapshotJob } from '../../pipelines/run.ts';
import type { CommandDefinition } from '../command.ts';
import { productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { snapshotText } from '../text.ts';
import { withWorkspace } from '../workspace.ts';

export const snapshot: CommandDefinition = {
  name: 'snapshot',
  summary: 'Freeze the stored data into an immutable, split data set.',
  examples: ['touchline snapshot shots'],
  configure(command) {
    command.addArgument(productArgument()).action((product: string, _: object, command: Command) =>
      withWorkspace(command, async (workspace) => {
        workspace.startWorker();
        const snapshot = await runSnapshotJob(workspace.product(product), workspace, workspace);
        printResult(command, snapshot, () => snapshotText(snapshot));
      }),
    );
  },
};
