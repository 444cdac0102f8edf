import type { Command } from 'commander';
import { evaluateOn } from '../../pipelines/inspect/evaluate.ts';
import type { CommandDefinition } from '../command.ts';
import { limitOption, modelOption, productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { measuredTable } from '../text.ts';
import { withWorkspace } from '../workspace.ts';

export const evaluate: CommandDefinition = {
  name: 'evaluate',
  summary: 'Evaluate an exported package on data it has never seen.',
  examples: [
    'touchline evaluate shots --from simulated:2',
    'touchline evaluate shots --from next-season.csv --model 3',
  ],
  configure(command) {
    command
      .addArgument(productArgument())
      .requiredOption('--from <path>', 'data not used in training: a path, a URL or `simulated:SEED`')
      .addOption(modelOption())
      .addOption(limitOption())
      .action((product: string, options: { from: string; model: string; limit?: number }, command: Command) =>
        withWorkspace(command, async (workspace) => {
          const result = await evaluateOn(workspace.product(product), options, workspace, {
            progress: workspace.view.progress,
            signal: workspace.signal,
          });
          printResult(command, result, () =>
            [
              `Version ${result.model.version} (${result.model.estimator}) on ${result.rows} rows`,
              ...(result.seen > 0 ? [`  ${result.seen} rows that are already stored were left out.`] : []),
              measuredTable(result.metrics, result.slices),
            ].join('\n'),
          );
        }),
      );
  },
};
