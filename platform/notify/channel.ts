import type { Message } from './notify.ts';

/** What changed about an incident since a channel last heard of it. */
export interface News {
  /** `opened`: anew too; `worse`: more severe than what was told before. */
  kind: 'opened' | 'worse' | 'resolved';
  /** The latest message of the incident, its links absolute. */
  message: Message;
  /** Messages of the incident so far: this one and those that brought no news, or came while the channel was away. */
  messages: number;
  /** Whether the channel has never heard of the incident. */
  first: boolean;
}

/** A service that people read: it is told news, one at a time, and may be away. */
export interface Channel {
  /** Kind of service, such as `slack`. */
  readonly name: string;
  /**
   * @throws UNAVAILABLE to be tried again, not before `details.retry_after` seconds where it says so; INVALID_INPUT
   * where the service is there and will never take this message.
   */
  tell(news: News): Promise<void>;
  /** Asks the service whether it would take messages, without posting one. @throws UNAVAILABLE */
  ping(): Promise<void>;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

/** How a state is called, the same in every channel. */
export const WORDS = {
  info: 'Info',
  warning: 'Warning',
  critical: 'Critical',
  resolved: 'Resolved',
} as const;

/** `Warning`, `Now critical`, `Resolved`: what happened, in a word or two before the title. */
export function headline({ kind, message }: News): string {
  if (kind === 'resolved') return WORDS.resolved;
  return kind === 'worse' ? `Now ${message.severity}` : WORDS[message.severity];
}

/** One line on the incident, the same in every channel. */
export function footline({ message, messages }: News): string {
  return `Incident ${message.incident}, ${message.at}${messages > 1 ? `, message ${messages} of it` : ''}`;
}
