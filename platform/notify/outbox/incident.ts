import type { Document } from '../../store/store.ts';
import type { News } from '../channel.ts';
import { type Message, moreSevere } from '../notify.ts';

/** What was delivered to a channel about one incident and what is pending: one document, so that news is merged. */
export interface Incident extends Document {
  channel: string;
  /** The latest message. */
  message: Message;
  messages: number;
  /** The state that was delivered last. */
  told?: Pick<Message, 'severity' | 'status'>;
  /**
   * Milliseconds since 1970 from which a process may deliver the news; while one delivers, the expiry of its lease.
   * Absent if there is no news.
   */
  due?: number;
}

/** What kind of news the incident has for its channel; undefined if there is none. */
export function newsOf({ message, told }: Pick<Incident, 'message' | 'told'>): News['kind'] | undefined {
  if (told?.status !== message.status) return message.status === 'open' ? 'opened' : 'resolved';
  return message.status === 'open' && moreSevere(message.severity, told.severity) ? 'worse' : undefined;
}

/** The incident, due now if there is news but no due time yet, and not due if there is no news. */
export function planned(incident: Incident, now: number): Incident {
  const { due = now, ...rest } = incident;
  return newsOf(rest) === undefined ? rest : { ...rest, due };
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/**
 * Milliseconds until the next attempt. It doubles from one second to a minute, half of it random so that several
 * processes do not retry at once, and is never less than what the channel asks for (up to an hour).
 * @param failures in a row, from 1 on.
 * @param random uniform on [0, 1).
 * @example
 * backOff(3, 0.5); // => 3_000
 * backOff(3, 0.5, 10_000); // => 10_000
 */
export function backOff(failures: number, random: number, retryAfterMs = 0): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.max(Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS), longest * (0.5 + random / 2));
}
