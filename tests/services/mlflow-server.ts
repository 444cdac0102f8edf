import { randomUUID } from 'node:crypto';
import { createMlflowClient } from '../../platform/tracking/mlflow/client/client.ts';

/** Makes a server as new: experiments are renamed first, because a deleted one keeps its name. */
export async function wipe(url: string): Promise<void> {
  const { experiments, registry } = createMlflowClient({ url });
  for await (const { name } of registry.models()) await registry.deleteModel(name);
  for await (const { experiment_id, name } of experiments.all()) {
    if (name === 'Default') continue;
    await experiments.rename(experiment_id, randomUUID());
    await experiments.delete(experiment_id);
  }
}
