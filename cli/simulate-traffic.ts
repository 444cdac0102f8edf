import { driftJob } from '../pipelines/jobs.ts';
import { perform } from '../pipelines/perform.ts';
import type { Session } from './session.ts';

const ITEMS_PER_REQUEST = 20;
/** The prediction log reaches the store within two seconds. */
const LOGGED_AFTER_MS = 2_500;

/** Sends simulated items to the running server and then checks drift once, so that the pages have something to show. */
export async function simulateTraffic(url: string, session: Session): Promise<void> {
  const { pipelines, platform, signal } = session;
  for (const { name, serving, simulatedItems } of Object.values(pipelines)) {
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
    if (!signal.aborted) await perform(platform.queue, driftJob, { product: name });
  }
}
