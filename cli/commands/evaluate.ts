import type { Command } from 'commander';
import { evaluateOn } from '../../pipelines/steps/evaluate.ts';
import { answer } from '../answer.ts';
import { limitOption, modelOption } from '../options.ts';
import { withSession } from '../session.ts';
import { measuredTable } from '../text.ts';

export function register(program: Command): void {
  program
    .command('evaluate')
    .description('the exported package on data that it never saw')
    .argument('<product>')
    .requiredOption('--from <path>', 'data that no training saw: a path, a URL, or `simulated:SEED`')
    .addOption(modelOption())
    .addOption(limitOption())
    .action((product: string, options: { from: string; model: string; limit?: number }, command: Command) =>
      withSession(command, async (session) => {
        const result = await evaluateOn(session.pipeline(product), options, session, {
          progress: session.view.progress,
          signal: session.signal,
        });
        answer(command, result, () =>
          [
            `Version ${result.model.version} (${result.model.estimator}) on ${result.rows} rows`,
            ...(result.seen > 0
              ? [`  ${result.seen} rows that the platform has stored already were left out.`]
              : []),
            measuredTable(result.metrics, result.slices),
          ].join('\n'),
        );
      }),
    );
}
