import type { Command } from 'commander';
import { createMetrics } from '../../monitoring/metrics.ts';
import { runPipeline } from '../../pipelines/run.ts';
import { scheduleDrift } from '../../pipelines/schedule.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { CHAMPION } from '../../registry/history.ts';
import type { CommandDefinition } from '../command.ts';
import { portOption } from '../options.ts';
import { printResult } from '../output.ts';
import { ended, openServer } from '../server.ts';
import { simulateTraffic } from '../simulate-traffic.ts';
import { table } from '../table.ts';
import { type Workspace, withWorkspace } from '../workspace.ts';

/** The fast estimators: a newcomer should see the page within a minute. */
const ESTIMATORS = ['linear', 'boosting', 'forest'];

export const demo: CommandDefinition = {
  name: 'demo',
  summary: 'Train on simulated data and serve the result on this machine.',
  examples: ['touchline demo', 'touchline demo --once --json'],
  configure(command) {
    command
      .option('--once', 'exit before serving', false)
      .addOption(portOption())
      .action(({ once }: { once: boolean }, command: Command) =>
        withWorkspace(
          command,
          async (workspace) => {
            const started = performance.now();
            const metrics = createMetrics();
            workspace.startWorker(undefined, metrics);
            const products: Awaited<ReturnType<typeof champion>>[] = [];
            for (const pipeline of workspace.products.entries)
              if (pipeline.simulate) products.push(await champion(pipeline.name, workspace));
            const server = once ? undefined : await openServer(workspace, { mode: 'demo', metrics });
            const seconds = (performance.now() - started) / 1000;
            workspace.view.stop();
            printResult(command, { url: server?.url ?? null, products, seconds }, () =>
              [
                table(
                  ['product', 'champion', 'estimator', 'on held-out groups'],
                  products.map(({ name, champion: { version, estimator, metrics } }) => [
                    name,
                    `version ${version}`,
                    estimator,
                    Object.entries(metrics)
                      .map(([metric, value]) => `${metric} ${value.toPrecision(3)}`)
                      .join(', '),
                  ]),
                ),
                server &&
                  `Open ${server.url} (reachable from this machine only, without a key; ctrl-c stops it)`,
              ]
                .filter(Boolean)
                .join('\n'),
            );
            if (!server) return;
            await scheduleDrift(workspace);
            // The pages work without simulated traffic too.
            await simulateTraffic(server.url, workspace).catch((error) =>
              workspace.log.warn({ err: error }, 'simulated traffic failed'),
            );
            await ended(workspace);
            await server.stop();
          },
          { auth: false, host: '127.0.0.1' },
        ),
      );
  },
};

/** The champion of a product, trained on simulated data if there is none yet. */
async function champion(name: string, workspace: Workspace) {
  const { tracking } = workspace.platform;
  const pipeline = workspace.product(name);
  if (!(await tracking.getAlias(name, CHAMPION)))
    await runPipeline(
      pipeline,
      { from: 'simulated', estimators: ESTIMATORS, seed: 1, by: 'demo' },
      workspace,
      workspace,
    );
  const alias = await tracking.getAlias(name, CHAMPION);
  const version = alias && (await tracking.getVersion(name, alias.version));
  const run = version && (await tracking.getRun(version.run));
  if (!run)
    throw new TouchlineError(
      'REFUSED_BY_GATE',
      `No candidate of ${name} became champion: \`touchline run ${name}\` prints the reasons.`,
    );
  const metrics = Object.fromEntries(
    Object.entries(run.metrics)
      .filter(([metric]) => metric.startsWith('test_'))
      .map(([metric, value]) => [metric.slice('test_'.length), value]),
  );
  return { name, champion: { version: version.version, estimator: run.name, metrics } };
}
