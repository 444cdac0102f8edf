import type { Command } from 'commander';
import { type RunOptions, runPipeline } from '../../pipelines/run.ts';
import { baselineOf } from '../../pipelines/steps/baseline.ts';
import { panelOf } from '../../pipelines/steps/panel.ts';
import { answer } from '../answer.ts';
import { estimatorsOption, limitOption, seedOption } from '../options.ts';
import { withSession } from '../session.ts';
import { baselineText, candidateTable, etlText, panelText, snapshotText } from '../text.ts';

export function register(program: Command): void {
  program
    .command('run')
    .description('etl → snapshot → train → gate → promote; again goes on where it stopped')
    .argument('<product>')
    .option('--from <path>', 'data to take in first: a path, a URL, or `simulated`')
    .addOption(limitOption())
    .addOption(estimatorsOption())
    .addOption(seedOption())
    .action((product: string, options: Omit<RunOptions, 'by'>, command: Command) =>
      withSession(command, async (session) => {
        session.startWorker();
        const pipeline = session.pipeline(product);
        const result = await runPipeline(pipeline, { ...options, by: 'cli' }, session, session);
        const { etl, snapshot, candidates, best, decision } = result;
        const panel = await panelOf(pipeline, session.platform);
        const baseline = await baselineOf(pipeline, snapshot, best.package, session.platform);
        const { features: _, blob: __, ...frozen } = snapshot;
        answer(
          command,
          {
            ...etl,
            ...frozen,
            snapshot: snapshot.id,
            candidates,
            best: best.run,
            baseline,
            ...(panel && { panel }),
            decision,
          },
          () =>
            [
              etl && etlText(etl),
              snapshotText(snapshot),
              candidateTable(candidates, best, pipeline.training, baseline),
              baselineText(baseline, best, pipeline.gate.loss),
              panel && panelText(panel),
              decision.promoted
                ? `Version ${decision.version} (${best.estimator}) is champion.`
                : `Refused: ${best.estimator} does not become champion.`,
              ...decision.reasons.map((reason) => `  ${reason}`),
            ]
              .filter(Boolean)
              .join('\n'),
        );
        if (!decision.promoted) process.exitCode = 3;
      }),
    );
}
