import { TouchlineError, toTouchlineError } from '../errors.ts';

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
  /** `url`: absolute, or a path of our own pages such as `/#shots`, which works elsewhere once `publicUrl` is set. */
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

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** Whether the first is more severe. */
export function moreSevere(a: Severity, b: Severity): boolean {
  return RANK[a] > RANK[b];
}

/** One way to notify that stands for all of them; a send is safe once it is safe everywhere, a ping names all that fail. */
export function notifyAll(ways: readonly Notify[]): Notify {
  return {
    name: ways.map(({ name }) => name).join(', '),
    async send(message) {
      await Promise.all(ways.map((way) => way.send(message)));
    },
    async ping() {
      const asked = await Promise.allSettled(ways.map((way) => way.ping()));
      const failed = asked.flatMap((one) =>
        one.status === 'rejected' ? [toTouchlineError(one.reason)] : [],
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
