import type { Alias, Tracking } from '../platform/tracking/tracking.ts';
import type { Intent, LedgerEvent, Outcome } from './ledger.ts';

/**
 * What the ledger lacks where somebody moved the champion alias on a shared registry itself: who was champion is kept,
 * though nobody was asked. Empty where the ledger knows of the present champion.
 * @param events with the outcomes of moves of our own that were completed just now.
 */
export async function movedOutside(
  product: string,
  events: readonly LedgerEvent[],
  alias: Alias | undefined,
  tracking: Pick<Tracking, 'shared' | 'getVersion'>,
): Promise<LedgerEvent[]> {
  if (!tracking.shared || alias === undefined) return [];
  const moves = events.filter(
    (event): event is Outcome & { revision: number } => event.kind === 'outcome' && event.revision !== null,
  );
  const last = moves.sort((a, b) => b.revision - a.revision)[0];
  const previous = events.find(
    (event): event is Intent => event.kind === 'intent' && event.id === last?.intent,
  )?.version;
  if (last !== undefined && (last.revision >= alias.revision || previous === alias.version)) return [];
  const version = await tracking.getVersion(product, alias.version);
  // The same for everybody who sees the move; the first one's is kept.
  const id = `outside/${product}/${alias.revision}`;
  const at = new Date().toISOString();
  return [
    {
      ...{ id, kind: 'intent', product, at, action: 'promote', by: 'tracking server' },
      ...{ version: alias.version, package: version?.package ?? '', previous: previous ?? null },
      expected: last?.revision ?? 0,
      reasons: ['The alias was moved on the tracking server itself, past the gate.'],
      evidence: {},
    },
    {
      ...{ id: `${id}/outcome`, kind: 'outcome', product, at, intent: id, outcome: 'moved' },
      revision: alias.revision,
    },
  ];
}
