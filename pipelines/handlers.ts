import { jobHandler } from '../platform/jobs.ts';
import type { JobHandler } from '../platform/queue/queue.ts';
import type { StepDeps } from './deps.ts';
import { driftJob, etlJob, promoteJob, retrainJob, snapshotJob, trainJob } from './jobs.ts';
import { runPipeline } from './run.ts';
import { driftStep } from './steps/drift.ts';
import { etlStep } from './steps/etl.ts';
import { judgeCandidate } from './steps/judge-candidate.ts';
import { snapshotStep } from './steps/snapshot.ts';
import { trainStep } from './steps/train.ts';

/** The handler of every kind of job in `jobs.ts`. */
export function createHandlers(deps: StepDeps): Record<string, JobHandler> {
  const { named } = deps.products;
  return {
    [etlJob.kind]: jobHandler(etlJob, (request, job) => etlStep(named(request.product), request, deps, job)),
    [snapshotJob.kind]: jobHandler(snapshotJob, async ({ product }) => ({
      snapshot: (await snapshotStep(named(product), deps)).id,
    })),
    [trainJob.kind]: jobHandler(trainJob, (request, job) =>
      trainStep(named(request.product), request, deps, job),
    ),
    [promoteJob.kind]: jobHandler(promoteJob, (request, job) =>
      judgeCandidate(named(request.product), request, deps, job),
    ),
    [driftJob.kind]: jobHandler(driftJob, ({ product }) => driftStep(named(product), deps)),
    [retrainJob.kind]: jobHandler(retrainJob, async ({ product, seed, reason }, job) => {
      const { decision } = await runPipeline(named(product), { seed, by: reason }, deps, job);
      return decision;
    }),
  };
}
