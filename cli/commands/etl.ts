import type { Command } from 'commander';
import { runEtlJob } from '../../pipelines/run.ts';
import type { CommandDefinition } from '../command.ts';
import { limitOption, productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { withSession } from '../session.ts';
import { etlText } from '../text.ts';

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
        withSession(command, async (session) => {
          session.startWorker();
          const report = await runEtlJob(session.product(product), options, session, session);
          printResult(command, report, () => etlText(report));
        }),
      );
  },
};
