import type { Command } from 'commander';
import { getSnapshot, latestSnapshot } from '../../datasets/snapshots/catalog.ts';
import { askSnapshot, askTraining, type TrainOptions } from '../../pipelines/run.ts';
import { answer } from '../answer.ts';
import { estimatorsOption, seedOption } from '../options.ts';
import { withSession } from '../session.ts';
import { candidateTable, snapshotText } from '../text.ts';

export function register(program: Command): void {
  program
    .command('train')
    .description('candidates, each a tracked run and an exported package')
    .argument('<product>')
    .option('--snapshot <id>', 'snapshot to train on; default: the newest, made where there is none')
    .addOption(estimatorsOption())
    .addOption(seedOption())
    .action((product: string, options: TrainOptions & { snapshot?: string }, command: Command) =>
      withSession(command, async (session) => {
        session.startWorker();
        const pipeline = session.pipeline(product);
        const snapshot = options.snapshot
          ? await getSnapshot(options.snapshot, session.platform)
          : ((await latestSnapshot(product, session.platform)) ??
            (await askSnapshot(pipeline, session, session)));
        const { candidates, best } = await askTraining(pipeline, snapshot, options, session, session);
        answer(command, { snapshot: snapshot.id, candidates, best: best.run }, () =>
          [snapshotText(snapshot), candidateTable(candidates, best, pipeline.training)].join('\n'),
        );
      }),
    );
}
