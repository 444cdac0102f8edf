import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../platform/clock.ts';
import { TouchlineError } from '../platform/errors.ts';
import { type Message, moreSevere, type Notify, type Severity } from '../platform/notify/notify.ts';
import type { Document, Page, PageOptions, Store, Stored } from '../platform/store/store.ts';
import type { AlertDraft, AlertKind } from './alert.ts';

/** One incident of one product and kind, from its first sight until it is resolved. */
export interface Alert extends AlertDraft, Document {
  product: string;
  status: 'open' | 'acknowledged' | 'resolved';
  openedAt: string;
  updatedAt: string;
  /** Times it was seen. */
  seen: number;
  acknowledged?: { by: string; at: string };
  resolved?: { by: string; at: string };
  silencedUntil?: string;
  /** Most severe state that people were told of. */
  told?: Severity;
  /** A message that was decided but is not safe yet. */
  unsent?: Message['status'];
  /** `<product>:<kind>` while it is not resolved: unique, so that there is one at a time. */
  openKey: string;
}

interface Silence extends Document {
  until: string;
  by: string;
}

/** Alerts by product and kind: deduplicated, silenced, acknowledged, resolved. */
export interface Alerts {
  /**
   * Opens an alert, or counts it as seen again. People are told when it opens and when it gets worse, unless it is silenced.
   */
  raise(product: string, draft: AlertDraft): Promise<Alert>;
  /** Resolves the open alert of a kind, where there is one, and tells those who were told of it. */
  clear(product: string, kind: AlertKind, by: string): Promise<Alert | undefined>;
  /** NOT_FOUND; CONFLICT where it is resolved already. */
  acknowledge(id: string, by: string): Promise<Alert>;
  /** Sends nothing about this product and kind until then (ISO date), through all its incidents. */
  silence(product: string, kind: AlertKind, until: string, by: string): Promise<void>;
  get(id: string): Promise<Alert | undefined>;
  /** Newest first. */
  list(
    filter?: { product?: string; status?: Alert['status'] },
    page?: Pick<PageOptions, 'limit' | 'cursor'>,
  ): Promise<Page<Alert>>;
}

function messageOf(alert: Alert, status: Message['status']): Message {
  const { id, product, severity, title, body, facts, evidence, next, updatedAt } = alert;
  return {
    incident: id,
    severity,
    status,
    title: `${product}: ${title}`,
    body: status === 'resolved' ? body : [body, ...next].join('\n'),
    facts: [...facts, ...evidence.map((value, i) => ({ name: `evidence ${i + 1}`, value }))],
    links: [{ label: `Champion and drift of ${product}`, url: `/#${product}` }],
    at: updatedAt,
  };
}

function plain({ _version, ...alert }: Stored<Alert>): Alert {
  return alert;
}

/** @param deps.notify where messages go; a send that fails is tried again when the alert is next seen. */
export function openAlerts(deps: { store: Store; notify: Notify; clock?: Clock }): Alerts {
  const { store, notify, clock = systemClock } = deps;
  const alerts = store.collection<Alert>('alerts', {
    unique: [['openKey']],
    indexes: [['openedAt'], ['product', 'openedAt'], ['status', 'openedAt']],
  });
  const silences = store.collection<Silence>('alert_silences');
  const now = () => new Date(clock.now()).toISOString();
  const keyOf = (product: string, kind: AlertKind) => `${product}:${kind}`;

  async function change(id: string, next: (alert: Stored<Alert>) => Alert): Promise<Alert> {
    for (;;) {
      const alert = await alerts.get(id);
      if (!alert) throw new TouchlineError('NOT_FOUND', `There is no alert '${id}'.`);
      const { _version, ...written } = next(alert) as Stored<Alert>;
      const stored = await alerts.compareAndSwap(written, alert._version);
      if (stored) return plain(stored);
    }
  }

  async function deliver(alert: Alert): Promise<Alert> {
    const { unsent } = alert;
    if (!unsent) return alert;
    await notify.send(messageOf(alert, unsent));
    return change(alert.id, (latest) => ({ ...latest, unsent: undefined, told: alert.severity }));
  }

  async function silencedUntil(product: string, kind: AlertKind): Promise<string | undefined> {
    const silence = await silences.get(keyOf(product, kind));
    return silence && silence.until > now() ? silence.until : undefined;
  }

  function seenAgain(alert: Alert, draft: AlertDraft, silenced: string | undefined): Alert {
    const worse = alert.told === undefined || moreSevere(draft.severity, alert.told);
    const reopened = alert.status === 'acknowledged' && moreSevere(draft.severity, alert.severity);
    return {
      ...alert,
      ...draft,
      status: reopened ? 'open' : alert.status,
      seen: alert.seen + 1,
      updatedAt: now(),
      silencedUntil: silenced,
      unsent: silenced ? undefined : worse ? 'open' : alert.unsent,
    };
  }

  async function opened(key: string): Promise<Stored<Alert> | undefined> {
    return (await alerts.find({ openKey: key }, { limit: 1 })).items[0];
  }

  return {
    async raise(product, draft) {
      const key = keyOf(product, draft.kind);
      const silenced = await silencedUntil(product, draft.kind);
      for (;;) {
        const present = await opened(key);
        if (present) {
          const { _version, ...rest } = present;
          const stored = await alerts.compareAndSwap(seenAgain(rest, draft, silenced), _version);
          if (stored) return deliver(plain(stored));
          continue;
        }
        const at = now();
        const alert: Alert = {
          ...draft,
          id: `${product}-${draft.kind}-${randomUUID().slice(0, 8)}`,
          product,
          status: 'open',
          openedAt: at,
          updatedAt: at,
          seen: 1,
          ...(silenced ? { silencedUntil: silenced } : { unsent: 'open' as const }),
          openKey: key,
        };
        try {
          return await deliver(plain(await alerts.insert(alert)));
        } catch (error) {
          // Someone else opened it in between: then this is one more sight of it.
          if (!(error instanceof TouchlineError && error.code === 'ALREADY_EXISTS')) throw error;
        }
      }
    },

    async clear(product, kind, by) {
      const present = await opened(keyOf(product, kind));
      if (!present) return undefined;
      const silenced = await silencedUntil(product, kind);
      const at = now();
      const resolved = await change(present.id, (alert) => ({
        ...alert,
        status: 'resolved',
        updatedAt: at,
        resolved: alert.resolved ?? { by, at },
        unsent: alert.told && !silenced ? 'resolved' : undefined,
        openKey: `${alert.openKey}:${alert.id}`,
      }));
      return deliver(resolved);
    },

    acknowledge: (id, by) =>
      change(id, (alert) => {
        if (alert.status === 'resolved')
          throw new TouchlineError('CONFLICT', `Alert '${id}' was resolved at ${alert.resolved?.at}.`);
        return { ...alert, status: 'acknowledged', acknowledged: { by, at: now() } };
      }),

    async silence(product, kind, until, by) {
      if (!(Date.parse(until) > clock.now()))
        throw new TouchlineError(
          'INVALID_INPUT',
          `A silence must end in the future: '${until}' is not an ISO date after ${now()}.`,
        );
      await silences.put({ id: keyOf(product, kind), until: new Date(until).toISOString(), by });
    },

    async get(id) {
      const alert = await alerts.get(id);
      return alert && plain(alert);
    },

    async list(filter = {}, page = {}) {
      const { product, status } = filter;
      const found = await alerts.find(
        { ...(product && { product }), ...(status && { status }) },
        { ...page, sort: 'openedAt', descending: true },
      );
      return { ...found, items: found.items.map(plain) };
    },
  };
}

/**
 * Brings alerts in line with a verdict: raises the draft, clears where all is well, and leaves things as they are where
 * there is not enough data to tell.
 */
export function settle(
  alerts: Alerts,
  product: string,
  kind: AlertKind,
  found: { draft: AlertDraft | undefined; verdict: string },
): Promise<Alert | undefined> {
  if (found.draft) return alerts.raise(product, found.draft);
  if (found.verdict === 'not_enough_data') return Promise.resolve(undefined);
  return alerts.clear(product, kind, 'monitor');
}
