import { type Command, Option } from 'commander';
import { startExporter } from '../../monitoring/exporter.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { scheduleDrift } from '../../pipelines/schedule.ts';
import type { CommandDefinition } from '../command.ts';
import { namesOf } from '../options.ts';
import { printResult } from '../output.ts';
import { ended } from '../server.ts';
import { withWorkspace } from '../workspace.ts';

export const worker: CommandDefinition = {
  name: 'worker',
  summary: 'Run queued jobs and their schedules until stopped.',
  examples: ['touchline worker', 'touchline worker --queues train,promote'],
  configure(command) {
    command
      .addOption(
        new Option('--queues <kinds>', 'kinds of jobs to run, separated by commas; default: all').argParser(
          namesOf,
        ),
      )
      .action(({ queues }: { queues?: string[] }, command: Command) =>
        withWorkspace(command, async (workspace) => {
          const metrics = createMetrics();
          const { host, metricsPort: port } = workspace.config;
          const exporter = port === 0 ? undefined : await startExporter(metrics, { host, port });
          try {
            const kinds = workspace.startWorker(queues, metrics);
            await scheduleDrift(workspace);
            printResult(
              command,
              { kinds, metrics: exporter?.url ?? null },
              () => `Running jobs of kind ${kinds.join(', ')}`,
            );
            await ended(workspace);
          } finally {
            await exporter?.close();
          }
        }),
      );
  },
};
