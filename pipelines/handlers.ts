import { handle } from '../platform/jobs.ts';
import type { ProgressEvent } from '../platform/progress.ts';
import type { JobContext, JobHandler } from '../platform/queue/queue.ts';
import { pipelineNamed } from './catalog.ts';
import type { StepContext, StepDeps } from './deps.ts';
import { driftJob, etlJob, promoteJob, retrainJob, snapshotJob, trainJob } from './jobs.ts';
import { runPipeline } from './run.ts';
import { driftStep } from './steps/drift.ts';
import { etlStep } from './steps/etl.ts';
import { promoteStep } from './steps/promote.ts';
import { snapshotStep } from './steps/snapshot.ts';
import { trainStep } from './steps/train.ts';

/**
 * The handler of every job in the table.
 * @param watch sees the progress of the jobs that run in this process, such as the bars of the command line.
 */
export function createHandlers(
  deps: StepDeps,
  watch: (event: ProgressEvent) => void = () => {},
): Record<string, JobHandler> {
  const context = (job: JobContext): StepContext => ({
    signal: job.signal,
    progress: (event) => {
      job.progress(event);
      watch(event);
    },
  });
  const named = (product: string) => pipelineNamed(product, deps.pipelines);
  return {
    [etlJob.kind]: handle(etlJob, (asked, job) => etlStep(named(asked.product), asked, deps, context(job))),
    [snapshotJob.kind]: handle(snapshotJob, async ({ product }) => ({
      snapshot: (await snapshotStep(named(product), deps)).id,
    })),
    [trainJob.kind]: handle(trainJob, (asked, job) =>
      trainStep(named(asked.product), asked, deps, context(job)),
    ),
    [promoteJob.kind]: handle(promoteJob, (asked, job) =>
      promoteStep(named(asked.product), asked, deps, context(job)),
    ),
    [driftJob.kind]: handle(driftJob, ({ product }) => driftStep(named(product), deps)),
    [retrainJob.kind]: handle(retrainJob, async ({ product, seed, reason }, job) => {
      const pipeline = named(product);
      const { decision } = await runPipeline(pipeline, { seed, by: reason }, deps, context(job));
      return decision;
    }),
  };
}
