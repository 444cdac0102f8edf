import { enqueueAndWait } from '../pipelines/enqueue-and-wait.ts';
import { driftJob } from '../pipelines/jobs.ts';
import type { Workspace } from './workspace.ts';

const ITEMS_PER_REQUEST = 20;
/** The prediction log reaches the store within two seconds. */
const LOGGED_AFTER_MS = 2_500;

/** Sends simulated items to the running server and then checks drift once, so that the pages have something to show. */
export async function simulateTraffic(url: string, workspace: Workspace): Promise<void> {
  const { products, platform, signal } = workspace;
  for (const { name, serving, simulatedItems } of products.entries) {
    if (!simulatedItems) continue;
    const items = simulatedItems(11);
    for (let from = 0; from < items.length && !signal.aborted; from += ITEMS_PER_REQUEST) {
      const response = await fetch(`${url}${serving.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ items: items.slice(from, from + ITEMS_PER_REQUEST) }),
      });
      if (!response.ok)
        throw new Error(`${serving.path} answered ${response.status}: ${await response.text()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOGGED_AFTER_MS));
    if (!signal.aborted) await enqueueAndWait(platform.queue, driftJob, { product: name });
  }
}
