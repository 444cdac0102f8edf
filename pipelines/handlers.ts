import { handle } from '../platform/jobs.ts';
import type { JobHandler } from '../platform/queue/queue.ts';
import type { StepDeps } from './deps.ts';
import { driftJob, etlJob, promoteJob, retrainJob, snapshotJob, trainJob } from './jobs.ts';
import { runPipeline } from './run.ts';
import { driftStep } from './steps/drift.ts';
import { etlStep } from './steps/etl.ts';
import { promoteStep } from './steps/promote.ts';
import { snapshotStep } from './steps/snapshot.ts';
import { trainStep } from './steps/train.ts';

/** The handler of every kind of job in `jobs.ts`. */
export function createHandlers(deps: StepDeps): Record<string, JobHandler> {
  const { named } = deps.products;
  return {
    [etlJob.kind]: handle(etlJob, (request, job) => etlStep(named(request.product), request, deps, job)),
    [snapshotJob.kind]: handle(snapshotJob, async ({ product }) => ({
      snapshot: (await snapshotStep(named(product), deps)).id,
    })),
    [trainJob.kind]: handle(trainJob, (request, job) =>
      trainStep(named(request.product), request, deps, job),
    ),
    [promoteJob.kind]: handle(promoteJob, (request, job) =>
      promoteStep(named(request.product), request, deps, job),
    ),
    [driftJob.kind]: handle(driftJob, ({ product }) => driftStep(named(product), deps)),
    [retrainJob.kind]: handle(retrainJob, async ({ product, seed, reason }, job) => {
      const { decision } = await runPipeline(named(product), { seed, by: reason }, deps, job);
      return decision;
    }),
  };
}
