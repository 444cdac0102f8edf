import { handle } from '../platform/jobs.ts';
import type { JobHandler } from '../platform/queue/queue.ts';
import { pipelineNamed } from './catalog.ts';
import type { StepDeps } from './deps.ts';
import { driftJob, etlJob, promoteJob, retrainJob, snapshotJob, trainJob } from './jobs.ts';
import { runPipeline } from './run.ts';
import { driftStep } from './steps/drift.ts';
import { etlStep } from './steps/etl.ts';
import { promoteStep } from './steps/promote.ts';
import { snapshotStep } from './steps/snapshot.ts';
import { trainStep } from './steps/train.ts';

/** The handler of every job in the table. */
export function createHandlers(deps: StepDeps): Record<string, JobHandler> {
  const named = (product: string) => pipelineNamed(product, deps.pipelines);
  return {
    [etlJob.kind]: handle(etlJob, (asked, job) => etlStep(named(asked.product), asked, deps, job)),
    [snapshotJob.kind]: handle(snapshotJob, async ({ product }) => ({
      snapshot: (await snapshotStep(named(product), deps)).id,
    })),
    [trainJob.kind]: handle(trainJob, (asked, job) => trainStep(named(asked.product), asked, deps, job)),
    [promoteJob.kind]: handle(promoteJob, (asked, job) =>
      promoteStep(named(asked.product), asked, deps, job),
    ),
    [driftJob.kind]: handle(driftJob, ({ product }) => driftStep(named(product), deps)),
    [retrainJob.kind]: handle(retrainJob, async ({ product, seed, reason }, job) => {
      const pipeline = named(product);
      const { decision } = await runPipeline(pipeline, { seed, by: reason }, deps, job);
      return decision;
    }),
  };
}
