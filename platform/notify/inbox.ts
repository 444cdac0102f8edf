import { type Clock, systemClock } from '../clock.ts';
import { TouchlineError } from '../errors.ts';
import { hashBytes } from '../hash.ts';
import type { Document, Page, PageOptions, Store, Stored } from '../store/store.ts';
import { updateDocument } from '../store/update-document.ts';
import { type Message, moreSevere, type Notify, type Severity } from './notify.ts';

/** One incident: its latest message and its history. */
export interface InboxEntry extends Document, Message {
  openedAt: string;
  updatedAt: string;
  /** Messages merged into this entry. */
  messages: number;
  /** The latest of them, newest first, at most 20. */
  history: Pick<Message, 'at' | 'severity' | 'status' | 'title'>[];
  acknowledged?: { by: string; at: string };
}

/** Messages in the store, as the pages and the command line show them. */
export interface Inbox extends Notify {
  /** Most recently updated first. */
  list(
    filter?: { status?: Message['status']; severity?: Severity; acknowledged?: boolean },
    options?: Pick<PageOptions, 'limit' | 'cursor'>,
  ): Promise<Page<InboxEntry>>;
  /** Marks an entry as seen, until it opens again or gets worse. @throws NOT_FOUND */
  acknowledge(id: string, by: string): Promise<InboxEntry>;
}

const HISTORY = 20;

export function openInbox(options: { store: Store; clock?: Clock }): Inbox {
  const { store, clock = systemClock } = options;
  const entries = store.collection<InboxEntry>('inbox', {
    indexes: [['updatedAt'], ['status', 'updatedAt']],
  });

  return {
    name: 'inbox',
    async send(message) {
      const id = hashBytes(message.incident).slice(0, 24);
      await updateDocument(entries, id, (entry) => merge(id, entry, message));
    },
    async list(filter = {}, page = {}) {
      const { acknowledged, status, severity } = filter;
      const found = await entries.find(
        {
          ...(status && { status }),
          ...(severity && { severity }),
          ...(acknowledged !== undefined && { 'acknowledged.at': { exists: acknowledged } }),
        },
        { ...page, sort: 'updatedAt', descending: true },
      );
      return { ...found, items: found.items.map(withoutVersion) };
    },
    async acknowledge(id, by) {
      const acknowledged = { by, at: new Date(clock.now()).toISOString() };
      const written = await updateDocument(entries, id, (entry) => entry && { ...entry, acknowledged });
      if (!written) throw new TouchlineError('NOT_FOUND', `The inbox has no entry '${id}'.`);
      return withoutVersion(written);
    },
    ping: () => store.ping(),
    async close() {},
  };
}

function merge(id: string, entry: InboxEntry | undefined, message: Message): InboxEntry {
  const { at, severity, status, title } = message;
  const reopens = entry?.status === 'resolved' && status === 'open';
  const worse = entry !== undefined && moreSevere(severity, entry.severity);
  const seen = reopens || worse ? undefined : entry?.acknowledged;
  return {
    ...message,
    id,
    openedAt: entry && !reopens ? entry.openedAt : at,
    updatedAt: at,
    messages: (entry?.messages ?? 0) + 1,
    history: [{ at, severity, status, title }, ...(entry?.history ?? [])].slice(0, HISTORY),
    ...(seen && { acknowledged: seen }),
  };
}

function withoutVersion({ _version, ...entry }: Stored<InboxEntry>): InboxEntry {
  return entry;
}
