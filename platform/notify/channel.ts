import type { Message } from './notify.ts';

/** What changed about an incident since the last delivery to the channel. */
export interface News {
  /** `opened`: for the first time or again; `worse`: more severe than what was delivered before. */
  kind: 'opened' | 'worse' | 'resolved';
  /** The latest message of the incident, its links absolute. */
  message: Message;
  /** Messages of the incident so far: this one, those without news, and those sent while the channel was unavailable. */
  messages: number;
  /** Whether nothing was delivered about the incident before. */
  first: boolean;
}

/** A service where people read news of incidents. It receives one at a time, and may be unavailable. */
export interface Channel {
  /** Kind of service, such as `slack`. */
  readonly name: string;
  /**
   * @throws UNAVAILABLE if it should be retried, after `details.retry_after` seconds if given; INVALID_INPUT if the
   * service will never accept this message
   */
  deliver(news: News): Promise<void>;
  /** Checks that the service would accept messages, without posting one. @throws UNAVAILABLE */
  ping(): Promise<void>;
  /** Cancels deliveries in progress. */
  close(): Promise<void>;
}

/** Names of the states, the same in every channel. */
const STATE_NAMES = {
  info: 'Info',
  warning: 'Warning',
  critical: 'Critical',
  resolved: 'Resolved',
} as const;

/** What happened, as a word or two before the title: `Warning`, `Now critical`, `Resolved`. */
export function headline({ kind, message }: News): string {
  if (kind === 'resolved') return STATE_NAMES.resolved;
  return kind === 'worse' ? `Now ${message.severity}` : STATE_NAMES[message.severity];
}

/** One line about the incident, the same in every channel. */
export function footer({ message, messages }: News): string {
  return `Incident ${message.incident}, ${message.at}${messages > 1 ? `, message ${messages} of it` : ''}`;
}
