// @ts-check
/** @import { Alert } from '../api/wire.ts' */
import { ask, textOf } from './api.js';
import { el, formatTime, notice } from './dom.js';

/**
 * The inbox. The button to acknowledge is disabled, with a reason, for roles that may not use it.
 * @param {Alert[]} alerts
 * @param {boolean} operator
 * @param {() => void} onChange
 */
export function alertsView(alerts, operator, onChange) {
  if (alerts.length === 0) return notice('empty', 'No alerts.');
  return el('ul', { class: 'alerts' }, ...alerts.map((alert) => alertView(alert, operator, onChange)));
}

/**
 * @param {Alert} alert
 * @param {boolean} operator
 * @param {() => void} onChange
 */
function alertView(alert, operator, onChange) {
  const resolved = alert.status === 'resolved';
  const details = [formatTime(alert.updated), alert.messages > 1 ? `, reported ${alert.messages} times` : ''];
  return el(
    'li',
    { class: `alert ${resolved ? 'resolved' : alert.severity}` },
    el(
      'p',
      {},
      el('strong', {}, `${resolved ? 'Resolved' : alert.severity}: `),
      alert.title,
      ' ',
      el('span', { class: 'muted' }, ...details),
    ),
    ...alert.body.split('\n').map((line) => el('p', { class: 'body' }, line)),
    factsView(alert),
    linksView(alert),
    acknowledgement(alert, operator, onChange),
  );
}

/** @param {Alert} alert */
function factsView({ facts }) {
  if (facts.length === 0) return null;
  const pairs = facts.flatMap(({ name, value }) => [el('dt', {}, name), el('dd', {}, value)]);
  return el('dl', { class: 'pairs' }, ...pairs);
}

/** @param {Alert} alert */
function linksView({ links }) {
  if (links.length === 0) return null;
  const items = links.flatMap(({ label, url }, i) => [
    i === 0 ? '' : ' · ',
    // Only web addresses and paths of these pages: alerts may come from outside.
    /^(https?:\/\/|\/(?!\/))/i.test(url) ? el('a', { href: url }, label) : label,
  ]);
  return el('p', {}, ...items);
}

/**
 * @param {Alert} alert
 * @param {boolean} operator
 * @param {() => void} onChange
 */
function acknowledgement({ id, status, acknowledged }, operator, onChange) {
  if (acknowledged !== null)
    return el('p', { class: 'muted' }, `Acknowledged by ${acknowledged.by}, `, formatTime(acknowledged.at));
  if (status === 'resolved') return null;
  const problem = el('span', { class: 'bad', role: 'alert' });
  const button = el(
    'button',
    { type: 'button', disabled: !operator, title: operator ? undefined : 'Requires the role operator' },
    'Acknowledge',
  );
  button.addEventListener('click', async () => {
    try {
      await ask('POST /v1/alerts/:id/acknowledge', { params: { id } });
      onChange();
    } catch (error) {
      problem.textContent = textOf(error);
    }
  });
  return el('p', {}, button, ' ', problem);
}
