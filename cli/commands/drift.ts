import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { renderDriftPage } from '../../monitoring/drift/page.ts';
import type { DriftReport } from '../../monitoring/drift/report.ts';
import { enqueueAndWait } from '../../pipelines/enqueue-and-wait.ts';
import { compareSides } from '../../pipelines/inspect/compare-sides.ts';
import { driftJob } from '../../pipelines/jobs.ts';
import type { CommandDefinition } from '../command.ts';
import { productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { runOf } from '../run-context.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

interface DriftCommandOptions {
  reference?: string;
  current?: string;
  plain: boolean;
  report?: string;
  failOnDrift: boolean;
}

export const drift: CommandDefinition = {
  name: 'drift',
  summary: 'Compare two sets of rows and decide whether the data drifted.',
  details:
    'Without options it compares the logged predictions with the reference of the champion, and sends alerts.',
  examples: [
    'touchline drift shots',
    'touchline drift shots --current simulated:3 --fail-on-drift',
    'touchline drift shots --reference last-season.csv --current this-season.csv --report drift.html',
  ],
  configure(command) {
    command
      .addArgument(productArgument())
      .option(
        '--reference <rows>',
        "rows to compare with: a path or snapshot:ID; default: the champion's reference",
      )
      .option('--current <rows>', 'rows to check: a path, or window:7d for the predictions of seven days')
      .option('--plain', "Evidently's verdicts: no minimum sample, no correction for many columns", false)
      .option('--report <file>', 'write the report as an HTML page; - prints it instead of the table')
      .option('--fail-on-drift', 'exit with status 3 if the data drifted', false)
      .action((nameOrFile: string, options: DriftCommandOptions, command: Command) =>
        withWorkspace(command, async (workspace) => {
          const product = workspace.product(nameOrFile);
          const context = { progress: workspace.view.progress, signal: workspace.signal };
          const report = await compareSides(product, options, workspace, context);
          const page = () => renderDriftPage(report, product.serving.title);
          const toStdout = options.report === '-';
          if (options.report && !toStdout) await writeFile(options.report, page());
          // Only the check of live predictions sends alerts; a comparison of files does not.
          const watched = options.reference === undefined && options.current === undefined && !options.plain;
          if (watched) {
            workspace.startWorker();
            await enqueueAndWait(workspace.platform.queue, driftJob, { product: product.name });
          }
          const { verdict, reason, columns, share, effect } = report;
          printResult(command, { verdict, reason, columns, share, effect }, () =>
            toStdout ? page() : [reason, columnTable(columns)].join('\n'),
          );
          if (verdict === 'drift' && options.failOnDrift) runOf(command).exitCode = 3;
        }),
      );
  },
};

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
