import { z } from 'zod';
import type { Message, Severity } from '../../../platform/notify/notify.ts';
import { defineRoute } from '../route.ts';

const MAX_ALERTS = 1_000;
const MAX_FACTS = 30;
const MAX_TEXT = 2_000;

const labelSet = z.record(z.string(), z.string());

const alertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: labelSet,
  annotations: labelSet.default({}),
  startsAt: z.string().max(40),
  generatorURL: z.string().default(''),
  fingerprint: z.string().regex(/^[0-9a-f]{1,32}$/),
});

/** What Alertmanager posts to a webhook, as far as we read it. */
const payloadSchema = z.object({
  version: z.literal('4'),
  externalURL: z.string().default(''),
  alerts: z.array(alertSchema).max(MAX_ALERTS),
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

/** Annotations that become the title and the body; the others become facts. */
const TEXT_ANNOTATIONS = new Set(['summary', 'description']);

function messageOf(alert: PrometheusAlert, externalURL: string, at: string): Message {
  const { labels, annotations, fingerprint, startsAt } = alert;
  const { alertname = 'alert', severity = '', ...others } = labels;
  const more = Object.entries(annotations).filter(([name]) => !TEXT_ANNOTATIONS.has(name));
  const isLink = ([, value]: [string, string]) => /^https?:\/\//i.test(value);
  const given: [string, string][] = [['Query', alert.generatorURL], ['Alertmanager', externalURL], ...more];
  const facts: [string, string][] = [
    ['alert', alertname],
    ['since', startsAt],
    ...Object.entries(others),
    ...more.filter((one) => !isLink(one)),
  ];
  const cut = (text: string) => text.slice(0, MAX_TEXT);
  return {
    incident: `alertmanager:${fingerprint}`,
    severity: Object.hasOwn(SEVERITIES, severity) ? SEVERITIES[severity] : 'warning',
    status: alert.status === 'firing' ? 'open' : 'resolved',
    title: cut(`Prometheus: ${annotations.summary ?? alertname}`),
    body: cut(annotations.description ?? ''),
    facts: facts.slice(0, MAX_FACTS).map(([name, value]) => ({ name: cut(name), value: cut(value) })),
    links: given.filter(isLink).map(([label, url]) => ({ label: cut(label), url: cut(url) })),
    at,
  };
}

/**
 * Receives alerts of Prometheus. They go to the inbox only, not to every notification channel: Alertmanager itself
 * notifies Slack, and people should be paged once.
 */
export const alertmanagerHook = defineRoute({
  method: 'post',
  path: '/hooks/alertmanager',
  access: 'hook',
  tag: 'monitoring',
  summary: 'Webhook for Alertmanager',
  description:
    'Each alert becomes an inbox entry, identified by its fingerprint: open while it fires, then resolved. Accepts the hook token or an operator’s key.',
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
  answer: { description: 'How many alerts were received', schema: z.object({ alerts: z.number() }) },
  async handle({ body: { alerts, externalURL } }, { inbox, clock }) {
    const at = new Date(clock.now()).toISOString();
    for (const alert of alerts) await inbox.send(messageOf(alert, externalURL, at));
    return { json: { alerts: alerts.length } };
  },
});
