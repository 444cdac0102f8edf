import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { type Message, moreSevere, type Notify, type Severity } from '../../platform/notify/notify.ts';
import type { Document, Page, PageOptions, Store, Stored } from '../../platform/store/store.ts';
import { updateDocument } from '../../platform/store/update-document.ts';
import type { AlertDraft } from './alert-rule.ts';
import type { AlertKind } from './catalog.ts';

/** One incident of one product and kind, from its first occurrence until it is resolved. */
export interface Alert extends AlertDraft<AlertKind>, Document {
  product: string;
  status: 'open' | 'acknowledged' | 'resolved';
  openedAt: string;
  updatedAt: string;
  /** How many checks found it. */
  seen: number;
  acknowledged?: { by: string; at: string };
  resolved?: { by: string; at: string };
  /** Severity in the last notification. */
  told?: Severity;
  /** Notification that has been decided on but not yet handed to the channel. */
  unsent?: Message['status'];
  /** `<product>:<kind>` until it is resolved; unique, so that there is one unresolved alert at a time. */
  openKey: string;
}

/** Alerts by product and kind: deduplicated, acknowledged, resolved. */
export interface Alerts {
  /** Opens an alert, or counts it as seen again. Notifies when it opens and when it becomes more severe. */
  raise(product: string, draft: AlertDraft<AlertKind>): Promise<Alert>;
  /** Resolves the unresolved alert of a kind, if there is one, and notifies if its opening was notified. */
  clear(product: string, kind: AlertKind, by: string): Promise<Alert | undefined>;
  /** @throws NOT_FOUND; CONFLICT where it is already resolved */
  acknowledge(id: string, by: string): Promise<Alert>;
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

function withoutVersion({ _version, ...alert }: Stored<Alert>): Alert {
  return alert;
}

/** @param deps.notify receives the messages; a message that fails to send is retried when the alert is next raised. */
export function openAlerts(deps: { store: Store; notify: Notify; clock?: Clock }): Alerts {
  const { store, notify, clock = systemClock } = deps;
  const alerts = store.collection<Alert>('alerts', {
    unique: [['openKey']],
    indexes: [['openedAt'], ['product', 'openedAt'], ['status', 'openedAt']],
  });
  const now = () => new Date(clock.now()).toISOString();
  const keyOf = (product: string, kind: AlertKind) => `${product}:${kind}`;

  async function change(id: string, next: (alert: Stored<Alert>) => Alert): Promise<Alert> {
    const written = await updateDocument(alerts, id, (alert) => {
      if (!alert) throw new TouchlineError('NOT_FOUND', `There is no alert '${id}'.`);
      return next(alert);
    });
    return withoutVersion(written!);
  }

  async function deliver(alert: Alert): Promise<Alert> {
    const { unsent } = alert;
    if (!unsent) return alert;
    await notify.send(messageOf(alert, unsent));
    return change(alert.id, (latest) => ({ ...latest, unsent: undefined, told: alert.severity }));
  }

  function seenAgain(alert: Alert, draft: AlertDraft<AlertKind>): Alert {
    const worse = alert.told === undefined || moreSevere(draft.severity, alert.told);
    const reopened = alert.status === 'acknowledged' && moreSevere(draft.severity, alert.severity);
    return {
      ...alert,
      ...draft,
      status: reopened ? 'open' : alert.status,
      seen: alert.seen + 1,
      updatedAt: now(),
      unsent: worse ? 'open' : alert.unsent,
    };
  }

  async function unresolved(key: string): Promise<Stored<Alert> | undefined> {
    return (await alerts.find({ openKey: key }, { limit: 1 })).items[0];
  }

  return {
    async raise(product, draft) {
      const key = keyOf(product, draft.kind);
      for (;;) {
        const present = await unresolved(key);
        if (present) {
          const { _version, ...rest } = present;
          const stored = await alerts.compareAndSwap(seenAgain(rest, draft), _version);
          if (stored) return deliver(withoutVersion(stored));
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
          unsent: 'open',
          openKey: key,
        };
        try {
          return await deliver(withoutVersion(await alerts.insert(alert)));
        } catch (error) {
          // Another process opened it in the meantime: count this occurrence on that alert.
          if (!(error instanceof TouchlineError && error.code === 'ALREADY_EXISTS')) throw error;
        }
      }
    },

    async clear(product, kind, by) {
      const present = await unresolved(keyOf(product, kind));
      if (!present) return undefined;
      const at = now();
      const resolved = await change(present.id, (alert) => ({
        ...alert,
        status: 'resolved',
        updatedAt: at,
        resolved: alert.resolved ?? { by, at },
        unsent: alert.told ? 'resolved' : undefined,
        openKey: `${alert.openKey}:${alert.id}`,
      }));
      return deliver(resolved);
    },

    acknowledge: (id, by) =>
      change(id, (alert) => {
        if (alert.status === 'resolved')
          throw new TouchlineError(
            'CONFLICT',
            `Alert '${id}' was already resolved at ${alert.resolved?.at}.`,
          );
        return { ...alert, status: 'acknowledged', acknowledged: { by, at: now() } };
      }),

    async get(id) {
      const alert = await alerts.get(id);
      return alert && withoutVersion(alert);
    },

    async list(filter = {}, page = {}) {
      const { product, status } = filter;
      const found = await alerts.find(
        { ...(product && { product }), ...(status && { status }) },
        { ...page, sort: 'openedAt', descending: true },
      );
      return { ...found, items: found.items.map(withoutVersion) };
    },
  };
}
