import { driftJob } from '../pipelines/jobs.ts';
import { perform } from '../pipelines/perform.ts';
import type { Session } from './session.ts';

const ITEMS_A_REQUEST = 20;

/** Asks the running server for predictions as applications would, then checks drift once: so that the page has something to watch. */
export async function askLikeUsers(url: string, session: Session): Promise<void> {
  const { pipelines, platform, signal } = session;
  for (const { name, serving, simulatedItems } of Object.values(pipelines)) {
    if (!simulatedItems) continue;
    const items = simulatedItems(11);
    for (let from = 0; from < items.length && !signal.aborted; from += ITEMS_A_REQUEST) {
      const response = await fetch(`${url}${serving.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ items: items.slice(from, from + ITEMS_A_REQUEST) }),
      });
      if (!response.ok)
        throw new Error(`${serving.path} answered ${response.status}: ${await response.text()}`);
    }
    // The log of predictions reaches the store within a second or two.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    if (!signal.aborted) await perform(platform.queue, driftJob, { product: name });
  }
}
