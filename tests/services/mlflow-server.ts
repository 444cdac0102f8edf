import { randomUUID } from 'node:crypto';
import { createMlflowClient } from '../../platform/tracking/mlflow/client/client.ts';

/** Deletes everything on a server. Experiments are renamed first, because deleted ones keep their names. */
export async function wipe(url: string): Promise<void> {
  const { experiments, registry } = createMlflowClient({ url });
  for await (const { name } of registry.models()) await registry.deleteModel(name);
  for await (const { experiment_id, name } of experiments.all()) {
    if (name === 'Default') continue;
    await experiments.rename(experiment_id, randomUUID());
    await experiments.delete(experiment_id);
  }
}
