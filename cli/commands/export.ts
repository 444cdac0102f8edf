import type { Command } from 'commander';
import { redactText } from '../../platform/redact.ts';
import { openEmbeddedTracking } from '../../platform/tracking/embedded/tracking.ts';
import { exportToMlflow } from '../../platform/tracking/mlflow/export.ts';
import type { CommandDefinition } from '../command.ts';
import { printResult } from '../output.ts';
import { cell } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

const SUMMARY = 'Copy runs, metrics, artifacts, versions and aliases to an MLflow server; safe to rerun.';

export const exportHistory: CommandDefinition = {
  name: 'export',
  summary: 'Copy the embedded runs and model versions to a server.',
  examples: ['touchline export mlflow --to http://127.0.0.1:5000'],
  configure(command) {
    command
      .command('mlflow')
      .description(SUMMARY)
      .requiredOption('--to <url>', 'address of the server: http(s)://[user:password@]host[:port]')
      .action(({ to }: { to: string }, command: Command) =>
        withWorkspace(command, async ({ platform, config, view }) => {
          const started = performance.now();
          const token = config.trackingToken || undefined;
          const { store } = platform;
          const from = openEmbeddedTracking(platform);
          const report = await exportToMlflow(from, { url: to, token, store, progress: view.progress });
          const seconds = (performance.now() - started) / 1_000;
          const result = { to: redactText(to), ...report, seconds };
          printResult(command, result, () => {
            const { runs, points, artifacts, versions, aliases } = report;
            const renumbered = versions.filter(({ version, as }) => version !== as);
            return [
              `${cell(runs.exported)} runs exported, ${cell(runs.unchanged)} were already there: ` +
                `${cell(points)} points, ${cell(artifacts)} artifacts, ` +
                `${cell(versions.length)} versions, ${cell(aliases.length)} aliases.`,
              ...renumbered.map(
                ({ model, version, as }) => `Version ${version} of ${model} is version ${as} there.`,
              ),
              `To use the server from now on, set TOUCHLINE_TRACKING=${result.to}`,
            ].join('\n');
          });
        }),
      );
  },
};
