import type { StepDeps } from './deps.ts';
import { driftJob } from './jobs.ts';

/** Keeps the drift check of every product in the queue's schedule. Again is harmless. */
export async function scheduleDrift({
  platform,
  pipelines,
}: Pick<StepDeps, 'platform' | 'pipelines'>): Promise<void> {
  for (const { name, monitors } of Object.values(pipelines))
    await platform.queue.schedule({
      id: `drift-${name}`,
      kind: driftJob.kind,
      payload: { product: name },
      cron: monitors.cron,
    });
}
