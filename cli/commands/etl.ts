import type { Command } from 'commander';
import { runEtlJob } from '../../pipelines/run.ts';
import type { CommandDefinition } from '../command.ts';
import { limitOption, productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { etlText } from '../text.ts';
import { withWorkspace } from '../workspace.ts';

export const etl: CommandDefinition = {
  name: 'etl',
  summary: 'Ingest, clean and store data; safe to rerun.',
  examples: ['touchline etl shots --from simulated --limit 1000', 'touchline etl shots --from season.csv'],
  configure(command) {
    command
      .addArgument(productArgument())
      .requiredOption('--from <path>', 'a path, a URL or `simulated`')
      .addOption(limitOption())
      .action((product: string, options: { from: string; limit?: number }, command: Command) =>
        withWorkspace(command, async (workspace) => {
          workspace.startWorker();
          const report = await runEtlJob(workspace.product(product), options, workspace, workspace);
          printResult(command, report, () => etlText(report));
        }),
      );
  },
};
