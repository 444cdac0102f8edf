import { describe, expect, it } from 'vitest';
import type { AlertDraft } from '../../monitoring/alerts/alert-rule.ts';
import { openAlerts } from '../../monitoring/alerts/alerts.ts';
import type { AlertKind } from '../../monitoring/alerts/catalog.ts';
import { retrainPolicy } from '../../monitoring/alerts/retrain-policy.ts';
import { driftAlert } from '../../monitoring/alerts/rules/drift.ts';
import { liveErrorAlert } from '../../monitoring/alerts/rules/live-error.ts';
import { scoresAlert } from '../../monitoring/alerts/rules/scores.ts';
import { driftReport } from '../../monitoring/drift/report.ts';
import type { DriftSide } from '../../monitoring/drift/samples.ts';
import { openInbox } from '../../platform/notify/inbox.ts';
import type { Message, Notify } from '../../platform/notify/notify.ts';
import { seeded } from '../../platform/random.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import { manualClock } from '../platform/manual-clock.ts';

const START = Date.parse('2025-03-01T08:00:00Z');

const draft = (severity: AlertDraft['severity'], title = 'Columns drifted'): AlertDraft<AlertKind> => ({
  kind: 'drift',
  severity,
  title,
  body: 'Half of them.',
  facts: [{ name: 'knee', value: 'ks 0.4' }],
  evidence: ['p1 (knee 93)'],
  next: ['Retrain.'],
});

function setup() {
  const clock = manualClock(START);
  const store = openSqliteStore({ path: ':memory:' });
  const inbox = openInbox({ store, clock });
  const sent: Message[] = [];
  let away = false;
  const notify: Notify = {
    ...inbox,
    async send(message) {
      if (away) throw new Error('away');
      sent.push(message);
      await inbox.send(message);
    },
  };
  return {
    clock,
    inbox,
    sent,
    setAway: (value: boolean) => {
      away = value;
    },
    alerts: openAlerts({ store, notify, clock }),
    again: () => openAlerts({ store, notify, clock }),
  };
}

describe('alerts', () => {
  it('notify once when they open, once when they become more severe, and once when they are resolved', async () => {
    const { alerts, sent, inbox } = setup();
    const first = await alerts.raise('shots', draft('warning'));
    for (let i = 0; i < 40; i++) await alerts.raise('shots', draft('warning'));
    expect(sent.map(({ status, severity }) => [status, severity])).toEqual([['open', 'warning']]);
    await alerts.raise('shots', draft('critical'));
    await alerts.raise('shots', draft('warning'));
    await alerts.raise('shots', draft('critical'));
    expect(sent.map(({ status, severity }) => [status, severity])).toEqual([
      ['open', 'warning'],
      ['open', 'critical'],
    ]);
    const resolved = await alerts.clear('shots', 'drift', 'monitor');
    expect(resolved).toMatchObject({
      id: first.id,
      status: 'resolved',
      seen: 44,
      resolved: { by: 'monitor' },
    });
    expect(sent.map((message) => message.incident)).toEqual([first.id, first.id, first.id]);
    expect(sent[2]).toMatchObject({ status: 'resolved', title: 'shots: Columns drifted' });
    expect((await inbox.list()).items).toMatchObject([
      { incident: first.id, status: 'resolved', messages: 3 },
    ]);
    expect(await alerts.clear('shots', 'drift', 'monitor')).toBeUndefined();
  });

  it('state what happened, the evidence, and what to do', async () => {
    const { alerts, sent } = setup();
    await alerts.raise('shots', draft('warning'));
    expect(sent[0]).toMatchObject({
      title: 'shots: Columns drifted',
      body: 'Half of them.\nRetrain.',
      facts: [
        { name: 'knee', value: 'ks 0.4' },
        { name: 'evidence 1', value: 'p1 (knee 93)' },
      ],
      links: [{ label: 'Champion and drift of shots', url: '/#shots' }],
      at: '2025-03-01T08:00:00.000Z',
    });
  });

  it('are unique per product and kind, and open anew after they were resolved', async () => {
    const { alerts } = setup();
    const a = await alerts.raise('shots', draft('warning'));
    const b = await alerts.raise('squats', draft('warning'));
    const c = await alerts.raise('shots', { ...draft('warning'), kind: 'live_error' });
    expect(new Set([a.id, b.id, c.id]).size).toBe(3);
    await alerts.clear('shots', 'drift', 'monitor');
    const d = await alerts.raise('shots', draft('warning'));
    expect(d.id).not.toBe(a.id);
    expect((await alerts.list({ product: 'shots' })).items).toHaveLength(3);
    expect((await alerts.list({ status: 'resolved' })).items.map((alert) => alert.id)).toEqual([a.id]);
  });

  it('stay unique when many processes raise them at once', async () => {
    const { alerts, sent, again } = setup();
    const others = again();
    const raised = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? alerts : others).raise('shots', draft('warning'))),
    );
    expect(new Set(raised.map((alert) => alert.id)).size).toBe(1);
    expect((await alerts.list()).items).toMatchObject([{ seen: 20 }]);
    expect(new Set(sent.map((message) => message.incident)).size).toBe(1);
  });

  it('stay acknowledged until they become more severe', async () => {
    const { alerts } = setup();
    const { id } = await alerts.raise('shots', draft('warning'));
    expect(await alerts.acknowledge(id, 'key-2')).toMatchObject({
      status: 'acknowledged',
      acknowledged: { by: 'key-2' },
    });
    expect(await alerts.raise('shots', draft('warning'))).toMatchObject({ status: 'acknowledged' });
    expect(await alerts.raise('shots', draft('critical'))).toMatchObject({ id, status: 'open' });
    await alerts.clear('shots', 'drift', 'monitor');
    await expect(alerts.acknowledge(id, 'key-2')).rejects.toThrow(/resolved/);
    await expect(alerts.acknowledge('nothing', 'key-2')).rejects.toThrow(/no alert/);
  });

  it('send a message that failed again the next time they are raised', async () => {
    const { alerts, sent, setAway } = setup();
    setAway(true);
    await expect(alerts.raise('shots', draft('warning'))).rejects.toThrow('away');
    setAway(false);
    await alerts.raise('shots', draft('warning'));
    await alerts.raise('shots', draft('warning'));
    expect(sent.map((message) => message.status)).toEqual(['open']);
  });
});

describe('alert rules', () => {
  function side(seed: number, rows: number, shift: number, outputs: number): DriftSide {
    const random = seeded(seed, 'alert');
    const values = () => Float64Array.from({ length: rows }, () => random.normal() + shift);
    return {
      columns: ['a', 'b', 'c'].map((name, j) => ({
        name,
        kind: 'numeric',
        values: j === 2 ? values().map((v) => v - shift) : values(),
      })),
      predictions: values().map((value) => value - shift + outputs),
      ids: Array.from({ length: rows }, (_, i) => `p${i}`),
    };
  }
  const reference = side(1, 900, 0, 0);
  const found = (shift: number, outputs: number) =>
    driftAlert.evaluate({ drift: driftReport(reference, side(2, 400, shift, outputs)) });

  it('grade drift by whether data, predictions or both moved', () => {
    expect(found(0, 0)).toBe('clear');
    expect(found(1, 0)).toMatchObject({ severity: 'warning', title: '2 of 3 columns drifted' });
    expect(found(0, 1)).toMatchObject({ severity: 'warning', title: 'The predictions drifted' });
    expect(found(1, 1)).toMatchObject({
      severity: 'critical',
      title: '2 of 3 columns drifted, and so did the predictions',
    });
  });

  it('include evidence, the shift of the mean prediction and the next steps', () => {
    const draft = found(1, 1) as AlertDraft;
    expect(draft.evidence).toHaveLength(5);
    expect(draft.evidence[0]).toMatch(/^p\d+ \([ab] /);
    expect(draft.body).toMatch(/mean prediction moved by \+[01]\.\d+ \(95 % interval/);
    expect(draft.facts.map((fact) => fact.name)).toEqual(['rows compared', 'a', 'b']);
    expect(draft.next.join(' ')).toMatch(/gate/);
  });

  it('leave alerts as they are while there are too few rows', () => {
    expect(driftAlert.evaluate({ drift: driftReport(reference, side(2, 35, 5, 5)) })).toBeUndefined();
  });

  it('open for scores and live error only where their verdict is bad', () => {
    const scores = { n: 60, needed: 50, mean: 2, deviation: 1, reasons: ['Mean 2.00 is below 3.'] };
    expect(scoresAlert.evaluate({ scores: { verdict: 'drift', ...scores } })).toMatchObject({
      kind: 'scores',
      body: 'Mean 2.00 is below 3.',
    });
    expect(scoresAlert.evaluate({ scores: { verdict: 'no_drift', ...scores } })).toBe('clear');
    expect(scoresAlert.evaluate({})).toBeUndefined();
    const error = { labelled: 60, waiting: 0, needed: 50, metrics: [], reasons: ['mae is 2'] };
    expect(liveErrorAlert.evaluate({ liveError: { verdict: 'worse', ...error } })).toMatchObject({
      kind: 'live_error',
      severity: 'critical',
    });
    expect(liveErrorAlert.evaluate({ liveError: { verdict: 'as_promised', ...error } })).toBe('clear');
  });
});

describe('retrainPolicy', () => {
  const alert = { kind: 'drift' as const, severity: 'critical' as const, status: 'open' };
  const now = '2025-03-02T00:00:00.000Z';

  it('retrains on open critical alerts, at most once a day', () => {
    expect(retrainPolicy(alert, now)).toEqual({ retrain: true, reason: 'The drift alert is critical.' });
    expect(retrainPolicy(alert, now, '2025-03-01T12:00:00.000Z').reason).toMatch(/12\.0 hours ago; 24/);
    expect(retrainPolicy(alert, now, '2025-02-28T12:00:00.000Z').retrain).toBe(true);
  });

  it('does not retrain on alerts that are acknowledged, mild or of another kind', () => {
    expect(retrainPolicy({ ...alert, status: 'acknowledged' }, now).reason).toMatch(/already handling/);
    expect(retrainPolicy({ ...alert, severity: 'warning' }, now).reason).toMatch(/from critical upwards/);
    expect(
      retrainPolicy({ ...alert, severity: 'warning' }, now, undefined, { from: 'warning' }).retrain,
    ).toBe(true);
    expect(retrainPolicy({ ...alert, kind: 'scores' }, now).reason).toMatch(/do not trigger a retraining/);
  });
});
