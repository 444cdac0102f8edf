import type { Alias, Tracking } from '../platform/tracking/tracking.ts';
import type { Intent, LedgerEvent, Outcome } from './ledger.ts';

/**
 * Ledger events for a champion alias that somebody moved on the tracking server itself, so that the ledger still knows
 * who was champion when. Empty where the ledger already knows the present champion, or the registry is not shared.
 * @param events including the outcomes of our own moves that were completed just now.
 */
export async function externalAliasMoves(
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
  // Every process that notices the move derives the same id, so only the first insert takes effect.
  const id = `outside/${product}/${alias.revision}`;
  const at = new Date().toISOString();
  return [
    {
      ...{ id, kind: 'intent', product, at, action: 'promote', by: 'tracking server' },
      ...{ version: alias.version, package: version?.package ?? '', previous: previous ?? null },
      expected: last?.revision ?? 0,
      reasons: ['The alias was moved on the tracking server itself, bypassing the gate.'],
      evidence: {},
    },
    {
      ...{ id: `${id}/outcome`, kind: 'outcome', product, at, intent: id, outcome: 'moved' },
      revision: alias.revision,
    },
  ];
}
