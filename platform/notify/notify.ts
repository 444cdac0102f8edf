import { TouchlineError, toTouchlineError } from '../errors.ts';

export type Severity = 'info' | 'warning' | 'critical';

/** A message in neutral form; adapters turn it into Slack blocks, mail or an entry of the inbox. */
export interface Message {
  /** Id that all messages of one incident share: adapters send the first one, then updates. */
  incident: string;
  severity: Severity;
  status: 'open' | 'resolved';
  title: string;
  /** Plain text; each line is a paragraph. */
  body: string;
  facts: { name: string; value: string }[];
  /** `url` is absolute, or a path of our own pages such as `/#shots`, which channels can link once `publicUrl` is set. */
  links: { label: string; url: string }[];
  at: string;
}

/** A way to notify people. `send` resolves once the message is safe: delivered, or stored for delivery. */
export interface Notify {
  readonly name: string;
  send(message: Message): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/**
 * Whether the first is more severe than the second.
 * @example
 * moreSevere('critical', 'warning'); // => true
 */
export function moreSevere(a: Severity, b: Severity): boolean {
  return RANK[a] > RANK[b];
}

/** Combines several ways to notify: `send` resolves once the message is safe in all of them, and `ping` reports all failures. */
export function notifyAll(ways: readonly Notify[]): Notify {
  return {
    name: ways.map(({ name }) => name).join(', '),
    async send(message) {
      await Promise.all(ways.map((way) => way.send(message)));
    },
    async ping() {
      const results = await Promise.allSettled(ways.map((way) => way.ping()));
      const failed = results.flatMap((result) =>
        result.status === 'rejected' ? [toTouchlineError(result.reason)] : [],
      );
      if (failed.length === 0) return;
      throw new TouchlineError('UNAVAILABLE', failed.map(({ message }) => message).join(' '), {
        cause: failed[0],
        details: failed[0].details,
      });
    },
    async close() {
      await Promise.all(ways.map((way) => way.close()));
    },
  };
}
