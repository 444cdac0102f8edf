import { z } from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import type { Inbox } from '../../../platform/notify/inbox.ts';
import type { Message, Severity } from '../../../platform/notify/notify.ts';
import type { Route } from '../route.ts';

export interface AlertmanagerDeps {
  /** Not every way to notify: Alertmanager tells Slack itself, and people are called once. */
  inbox: Pick<Inbox, 'send'>;
  clock: Pick<Clock, 'now'>;
}

const MOST_ALERTS = 1_000;
const MOST_FACTS = 30;
const LONGEST = 2_000;

const words = z.record(z.string(), z.string());

const alertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: words,
  annotations: words.default({}),
  startsAt: z.string().max(40),
  generatorURL: z.string().default(''),
  fingerprint: z.string().regex(/^[0-9a-f]{1,32}$/),
});

/** What Alertmanager posts to a webhook, as far as it is read. */
const payloadSchema = z.object({
  version: z.literal('4'),
  externalURL: z.string().default(''),
  alerts: z.array(alertSchema).max(MOST_ALERTS),
});

type PrometheusAlert = z.output<typeof alertSchema>;

const SEVERITIES: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  page: 'critical',
  error: 'critical',
  warning: 'warning',
  info: 'info',
  none: 'info',
};

/** What a person is told first; the rest are facts. */
const SAID = new Set(['summary', 'description']);

function messageOf(alert: PrometheusAlert, externalURL: string, at: string): Message {
  const { labels, annotations, fingerprint, startsAt } = alert;
  const { alertname = 'alert', severity = '', ...others } = labels;
  const more = Object.entries(annotations).filter(([name]) => !SAID.has(name));
  const isLink = ([, value]: [string, string]) => /^https?:\/\//i.test(value);
  const given: [string, string][] = [['Query', alert.generatorURL], ['Alertmanager', externalURL], ...more];
  const facts: [string, string][] = [
    ['alert', alertname],
    ['since', startsAt],
    ...Object.entries(others),
    ...more.filter((one) => !isLink(one)),
  ];
  const cut = (text: string) => text.slice(0, LONGEST);
  return {
    incident: `alertmanager:${fingerprint}`,
    severity: Object.hasOwn(SEVERITIES, severity) ? SEVERITIES[severity] : 'warning',
    status: alert.status === 'firing' ? 'open' : 'resolved',
    title: cut(`Prometheus: ${annotations.summary ?? alertname}`),
    body: cut(annotations.description ?? ''),
    facts: facts.slice(0, MOST_FACTS).map(([name, value]) => ({ name: cut(name), value: cut(value) })),
    links: given.filter(isLink).map(([label, url]) => ({ label: cut(label), url: cut(url) })),
    at,
  };
}

/** Alerts of Prometheus, into the list where those of drift are. */
export function alertmanagerRoute({ inbox, clock }: AlertmanagerDeps): Route {
  return {
    method: 'post',
    path: '/hooks/alertmanager',
    access: 'hook',
    tag: 'monitoring',
    summary: 'What Alertmanager posts to a webhook',
    description:
      'Each alert becomes an entry of the inbox, by its fingerprint: open while it fires, then resolved. Takes the hook token, or the key of an operator.',
    body: payloadSchema,
    bodyExample: {
      version: '4',
      status: 'firing',
      externalURL: 'http://alertmanager:9093',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'HighLoad', severity: 'warning', instance: 'node:9100' },
          annotations: { summary: 'High load on node', description: 'Load is 4 a core.' },
          startsAt: '2026-01-02T03:04:05Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'http://prometheus:9090/graph',
          fingerprint: 'c0ffee',
        },
      ],
    },
    answer: { description: 'How many alerts were taken', schema: z.object({ alerts: z.number() }) },
    async handle({ body }) {
      const { alerts, externalURL } = body as z.output<typeof payloadSchema>;
      const at = new Date(clock.now()).toISOString();
      for (const alert of alerts) await inbox.send(messageOf(alert, externalURL, at));
      return { json: { alerts: alerts.length } };
    },
  };
}
