import type { Command } from 'commander';
import { baselineOf } from '../../pipelines/inspect/baseline.ts';
import { panelOf } from '../../pipelines/inspect/panel.ts';
import { type RunOptions, runPipeline } from '../../pipelines/run.ts';
import type { CommandDefinition } from '../command.ts';
import { estimatorsOption, limitOption, productArgument, seedOption } from '../options.ts';
import { printResult } from '../output.ts';
import { runOf } from '../run-context.ts';
import { baselineText, candidateTable, etlText, panelText, snapshotText } from '../text.ts';
import { withWorkspace } from '../workspace.ts';

export const run: CommandDefinition = {
  name: 'run',
  summary: 'Run the whole pipeline: etl, snapshot, train, gate, promote.',
  details:
    'After an interruption the same command resumes at the step that was not finished. Exit status 3 means that the gate rejected the best candidate and the champion stays.',
  examples: [
    'touchline run shots --from simulated',
    'touchline run biomechanics --from clips/ --estimators linear,boosting',
    'touchline run shots --seed 2 --json',
  ],
  configure(command) {
    command
      .addArgument(productArgument())
      .option('--from <path>', 'data to ingest first: a path, a URL or `simulated`')
      .addOption(limitOption())
      .addOption(estimatorsOption())
      .addOption(seedOption())
      .action((nameOrFile: string, options: Omit<RunOptions, 'by'>, command: Command) =>
        withWorkspace(command, async (workspace) => {
          workspace.startWorker();
          const product = workspace.product(nameOrFile);
          const result = await runPipeline(product, { ...options, by: 'cli' }, workspace, workspace);
          const { etl, snapshot, candidates, best, decision } = result;
          const panel = await panelOf(product, workspace.platform);
          const baseline = await baselineOf(product, snapshot, best.package, workspace.platform);
          const { features: _, blob: __, ...frozen } = snapshot;
          printResult(
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
                candidateTable(candidates, best, product.training, baseline),
                baselineText(baseline, best, product.gate.loss),
                panel && panelText(panel),
                decision.promoted
                  ? `Version ${decision.version} (${best.estimator}) is champion.`
                  : `The gate rejected ${best.estimator}.`,
                ...decision.reasons.map((reason) => `  ${reason}`),
              ]
                .filter(Boolean)
                .join('\n'),
          );
          if (!decision.promoted) runOf(command).exitCode = 3;
        }),
      );
  },
};
