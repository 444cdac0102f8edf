import type { Command } from 'commander';
import { askEtl } from '../../pipelines/run.ts';
import { answer } from '../answer.ts';
import { limitOption } from '../options.ts';
import { withSession } from '../session.ts';
import { etlText } from '../text.ts';

export function register(program: Command): void {
  program
    .command('etl')
    .description('ingest, clean, store; again is harmless')
    .argument('<product>')
    .requiredOption('--from <path>', 'a path, a URL, or `simulated`')
    .addOption(limitOption())
    .action((product: string, options: { from: string; limit?: number }, command: Command) =>
      withSession(command, async (session) => {
        session.startWorker();
        const report = await askEtl(session.pipeline(product), options, session, session);
        answer(command, report, () => etlText(report));
      }),
    );
}
