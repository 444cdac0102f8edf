import type { ServedProduct } from '../product.ts';
import type { Champions } from './champions.ts';

/** Why requests should not be sent to this server; empty when it is ready. */
export function notReadyReasons(deps: {
  products: readonly ServedProduct[];
  champions: Pick<Champions, 'state'>;
  /** False until the champions were read for the first time, and again once the server drains. */
  open: boolean;
}): string[] {
  const reasons: string[] = [];
  if (!deps.open) reasons.push('server: starting or draining');
  for (const { name } of deps.products) {
    const { served, failure } = deps.champions.state(name);
    // While an older champion answers, the server stays ready; the failed load is reported elsewhere.
    if (served === undefined && failure !== undefined) reasons.push(`${name}: ${failure.code}`);
  }
  return reasons;
}
