import type { Command } from 'commander';
import { redactText } from '../../platform/redact.ts';
import { openEmbeddedTracking } from '../../platform/tracking/embedded/embedded-tracking.ts';
import { exportToMlflow } from '../../platform/tracking/mlflow/export.ts';
import { answer } from '../answer.ts';
import { withSession } from '../session.ts';
import { cell } from '../table.ts';

export function register(program: Command): void {
  program
    .command('export')
    .description('the embedded history to a server')
    .command('mlflow')
    .description('runs, metrics, artifacts, versions and aliases to an MLflow server; again is harmless')
    .requiredOption('--to <url>', 'http(s)://[user:password@]host[:port] of the server')
    .action(({ to }: { to: string }, command: Command) =>
      withSession(command, async ({ platform, config, view }) => {
        const started = performance.now();
        const token = config.trackingToken || undefined;
        const { store } = platform;
        const from = openEmbeddedTracking(platform);
        const report = await exportToMlflow(from, { url: to, token, store, progress: view.progress });
        const seconds = (performance.now() - started) / 1_000;
        const told = { to: redactText(to), ...report, seconds };
        answer(command, told, () => {
          const { runs, points, artifacts, versions, aliases } = report;
          const moved = versions.filter(({ version, as }) => version !== as);
          return [
            `${cell(runs.exported)} runs exported, ${cell(runs.unchanged)} were there already: ` +
              `${cell(points)} points, ${cell(artifacts)} artifacts; ` +
              `${cell(versions.length)} versions, ${cell(aliases.length)} aliases.`,
            ...moved.map(
              ({ model, version, as }) => `Version ${version} of ${model} is version ${as} there.`,
            ),
            `From now on: TOUCHLINE_TRACKING=${told.to}`,
          ].join('\n');
        });
      }),
    );
}
