export type Severity = 'info' | 'warning' | 'critical';

/** A neutral message; adapters turn it into blocks, mail or a row of the inbox. */
export interface Message {
  /** Messages of one incident share it: adapters send the first, then updates. */
  incident: string;
  severity: Severity;
  status: 'open' | 'resolved';
  title: string;
  /** Plain text; a line a paragraph. */
  body: string;
  facts: { name: string; value: string }[];
  links: { label: string; url: string }[];
  at: string;
}

/** Where messages go. `send` resolves when the message is safe (delivered, or kept for delivery). */
export interface Notify {
  readonly name: string;
  send(message: Message): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
