import type { Command } from 'commander';
import { createMetrics } from '../../monitoring/metrics.ts';
import { runPipeline } from '../../pipelines/run.ts';
import { scheduleDrift } from '../../pipelines/schedule.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { CHAMPION } from '../../registry/history.ts';
import { answer } from '../answer.ts';
import { askLikeUsers } from '../demo-traffic.ts';
import { portOption } from '../options.ts';
import { ended, openServer } from '../server.ts';
import { type Session, withSession } from '../session.ts';
import { table } from '../table.ts';

/** Quick ones: a newcomer should see a page within a minute. */
const ESTIMATORS = ['linear', 'boosting', 'forest'];

export function register(program: Command): void {
  program
    .command('demo')
    .description('simulated clips and experts → champion → page')
    .option('--once', 'stop before serving', false)
    .addOption(portOption())
    .action(({ once }: { once: boolean }, command: Command) =>
      withSession(
        command,
        async (session) => {
          const started = performance.now();
          const metrics = createMetrics();
          session.startWorker(undefined, metrics);
          const products: Awaited<ReturnType<typeof champion>>[] = [];
          for (const pipeline of Object.values(session.pipelines))
            if (pipeline.simulate) products.push(await champion(pipeline.name, session));
          const server = once ? undefined : await openServer(session, { mode: 'demo', metrics });
          const seconds = (performance.now() - started) / 1000;
          session.view.stop();
          answer(command, { url: server?.url ?? null, products, seconds }, () =>
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
              server && `Open ${server.url} (on this machine only, no key needed; ctrl-c ends it)`,
            ]
              .filter(Boolean)
              .join('\n'),
          );
          if (!server) return;
          await scheduleDrift(session);
          // Without its made-up users the page still works.
          await askLikeUsers(server.url, session).catch((error) =>
            session.log.warn({ err: error }, 'the simulated users were not answered'),
          );
          await ended(session);
          await server.stop();
        },
        { auth: false, host: '127.0.0.1' },
      ),
    );
}

/** The champion of a product, made from simulated data where there is none yet. */
async function champion(name: string, session: Session) {
  const { tracking } = session.platform;
  const pipeline = session.pipeline(name);
  if (!(await tracking.getAlias(name, CHAMPION)))
    await runPipeline(
      pipeline,
      { from: 'simulated', estimators: ESTIMATORS, seed: 1, by: 'demo' },
      session,
      session,
    );
  const alias = await tracking.getAlias(name, CHAMPION);
  const version = alias && (await tracking.getVersion(name, alias.version));
  const run = version && (await tracking.getRun(version.run));
  if (!run)
    throw new TouchlineError(
      'REFUSED_BY_GATE',
      `No candidate of ${name} became champion: see \`touchline run ${name}\`.`,
    );
  const metrics = Object.fromEntries(
    Object.entries(run.metrics)
      .filter(([metric]) => metric.startsWith('test_'))
      .map(([metric, value]) => [metric.slice('test_'.length), value]),
  );
  return { name, champion: { version: version.version, estimator: run.name, metrics } };
}
