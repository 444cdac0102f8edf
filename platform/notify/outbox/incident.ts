import type { Document } from '../../store/store.ts';
import type { News } from '../channel.ts';
import { type Message, moreSevere } from '../notify.ts';

/** What a channel was told of one incident, and what it has yet to hear: one document for both, so that news merge. */
export interface Incident extends Document {
  channel: string;
  /** The latest. */
  message: Message;
  messages: number;
  /** State that was told last. */
  told?: Pick<Message, 'severity' | 'status'>;
  /** Milliseconds since 1970 from which on somebody may deliver; absent where there is no news. */
  due?: number;
}

/** Whether the channel should hear of the incident as it is now. */
export function newsOf({ message, told }: Pick<Incident, 'message' | 'told'>): News['kind'] | undefined {
  if (told?.status !== message.status) return message.status === 'open' ? 'opened' : 'resolved';
  return message.status === 'open' && moreSevere(message.severity, told.severity) ? 'worse' : undefined;
}

/** The incident with its due time as its news want it: none without news, and none earlier than what was planned. */
export function planned(incident: Incident, now: number): Incident {
  const { due = now, ...rest } = incident;
  return newsOf(rest) === undefined ? rest : { ...rest, due };
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
const LONGEST_ASKED_MS = 3_600_000;

/**
 * Milliseconds until the next attempt: doubling from one second to a minute, half of it left to chance so that several
 * processes do not come at once, and never less than what the service asks (up to an hour).
 * @param tries failures in a row, from 1 on.
 * @param random uniform on [0, 1).
 */
export function backOff(tries: number, random: number, retryAfterMs = 0): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return Math.max(Math.min(retryAfterMs, LONGEST_ASKED_MS), longest * (0.5 + random / 2));
}
