import type { StepDeps } from './deps.ts';
import { driftJob } from './jobs.ts';

/** Schedules the drift check of every product in the queue. Idempotent. */
export async function scheduleDrift({
  platform,
  products,
}: Pick<StepDeps, 'platform' | 'products'>): Promise<void> {
  for (const { name, monitors } of products.entries)
    await platform.queue.schedule({
      id: `drift-${name}`,
      kind: driftJob.kind,
      payload: { product: name },
      cron: monitors.cron,
    });
}
