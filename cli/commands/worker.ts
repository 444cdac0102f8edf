import { type Command, Option } from 'commander';
import { startExporter } from '../../monitoring/exporter.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { scheduleDrift } from '../../pipelines/schedule.ts';
import { answer } from '../answer.ts';
import { ended } from '../server.ts';
import { withSession } from '../session.ts';

export function register(program: Command): void {
  program
    .command('worker')
    .description('works jobs until it is stopped; keeps the schedules')
    .addOption(
      new Option('--queues <kinds>', 'kinds of jobs, separated by commas; default: all').argParser(
        (text: string) => text.split(',').map((kind) => kind.trim()),
      ),
    )
    .action(({ queues }: { queues?: string[] }, command: Command) =>
      withSession(command, async (session) => {
        const metrics = createMetrics();
        const { host, metricsPort: port } = session.config;
        const exporter = port === 0 ? undefined : await startExporter(metrics, { host, port });
        try {
          const kinds = session.startWorker(queues, metrics);
          await scheduleDrift(session);
          answer(command, { kinds, metrics: exporter?.url ?? null }, () => `Working ${kinds.join(', ')}`);
          await ended(session);
        } finally {
          await exporter?.close();
        }
      }),
    );
}
