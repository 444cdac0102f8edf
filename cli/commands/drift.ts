import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { renderDriftPage } from '../../monitoring/drift/page.ts';
import type { DriftReport } from '../../monitoring/drift/report.ts';
import { driftJob } from '../../pipelines/jobs.ts';
import { perform } from '../../pipelines/perform.ts';
import { compareSides } from '../../pipelines/steps/compare.ts';
import { answer } from '../answer.ts';
import { withSession } from '../session.ts';
import { table } from '../table.ts';

interface DriftCommandOptions {
  reference?: string;
  current?: string;
  plain: boolean;
  report?: string;
  failOnDrift: boolean;
}

export function register(program: Command): void {
  program
    .command('drift')
    .description('compare, decide, notify')
    .argument('<product>')
    .option('--reference <rows>', "a path or snapshot:ID; default: the champion's reference")
    .option('--current <rows>', 'a path or window:7d (logged predictions)')
    .option('--plain', "exactly Evidently's verdicts: no minimum, no correction", false)
    .option('--report <file>', 'write the report as a page; - for stdout, in place of the table')
    .option('--fail-on-drift', 'exit with 3 where the data drift', false)
    .action((product: string, options: DriftCommandOptions, command: Command) =>
      withSession(command, async (session) => {
        const pipeline = session.pipeline(product);
        const context = { progress: session.view.progress, signal: session.signal };
        const report = await compareSides(pipeline, options, session, context);
        const page = () => renderDriftPage(report, pipeline.serving.title);
        const toStdout = options.report === '-';
        if (options.report && !toStdout) await writeFile(options.report, page());
        // What the champion is asked now is the check that alerts; a comparison of files is a question of its own.
        const watched = options.reference === undefined && options.current === undefined && !options.plain;
        if (watched) {
          session.startWorker();
          await perform(session.platform.queue, driftJob, { product });
        }
        const { verdict, reason, columns, share, effect } = report;
        answer(command, { verdict, reason, columns, share, effect }, () =>
          toStdout ? page() : [reason, columnTable(columns)].join('\n'),
        );
        if (verdict === 'drift' && options.failOnDrift) process.exitCode = 3;
      }),
    );
}

function columnTable(columns: DriftReport['columns']): string {
  return table(
    ['column', 'type', 'test', 'statistic', 'threshold', 'drifted', 'reference', 'current'],
    columns.map((one) => [
      one.name,
      one.type,
      one.test,
      one.statistic,
      one.threshold,
      one.drifted,
      one.reference_n,
      one.current_n,
    ]),
  );
}
