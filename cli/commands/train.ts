import type { Command } from 'commander';
import { getSnapshot, latestSnapshot } from '../../datasets/snapshots/stored-snapshots.ts';
import { runSnapshotJob, runTrainingJobs, type TrainOptions } from '../../pipelines/run.ts';
import type { CommandDefinition } from '../command.ts';
import { estimatorsOption, productArgument, seedOption } from '../options.ts';
import { printResult } from '../output.ts';
import { candidateTable, snapshotText } from '../text.ts';
import { withWorkspace } from '../workspace.ts';

export const train: CommandDefinition = {
  name: 'train',
  summary: 'Train candidates, each with a tracked run and an exported package.',
  examples: ['touchline train shots', 'touchline train shots --estimators linear,boosting --seed 2'],
  configure(command) {
    command
      .addArgument(productArgument())
      .option(
        '--snapshot <id>',
        'snapshot to train on; default: the newest, which is created if there is none',
      )
      .addOption(estimatorsOption())
      .addOption(seedOption())
      .action((nameOrFile: string, options: TrainOptions & { snapshot?: string }, command: Command) =>
        withWorkspace(command, async (workspace) => {
          workspace.startWorker();
          const product = workspace.product(nameOrFile);
          const snapshot = options.snapshot
            ? await getSnapshot(options.snapshot, workspace.platform)
            : ((await latestSnapshot(product.name, workspace.platform)) ??
              (await runSnapshotJob(product, workspace, workspace)));
          const { candidates, best } = await runTrainingJobs(
            product,
            snapshot,
            options,
            workspace,
            workspace,
          );
          printResult(command, { snapshot: snapshot.id, candidates, best: best.run }, () =>
            [snapshotText(snapshot), candidateTable(candidates, best, product.training)].join('\n'),
          );
        }),
      );
  },
};
