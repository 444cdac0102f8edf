// @ts-check
import { ask, textOf } from './api.js';
import { el, moment, notice } from './dom.js';

/**
 * The inbox. Whoever may not acknowledge sees why the button is off.
 * @param {any[]} alerts
 * @param {boolean} operator
 * @param {() => void} changed
 */
export function alertsView(alerts, operator, changed) {
  if (alerts.length === 0) return notice('empty', 'No alerts.');
  return el('ul', { class: 'alerts' }, ...alerts.map((alert) => alertView(alert, operator, changed)));
}

/**
 * @param {any} alert
 * @param {boolean} operator
 * @param {() => void} changed
 */
function alertView(alert, operator, changed) {
  const problem = el('span', { class: 'bad', role: 'alert' });
  const button = el(
    'button',
    { type: 'button', disabled: !operator, title: operator ? undefined : 'Needs the role operator' },
    'Acknowledge',
  );
  button.addEventListener('click', async () => {
    try {
      await ask(`/v1/alerts/${alert.id}/acknowledge`, { method: 'POST' });
      changed();
    } catch (error) {
      problem.textContent = textOf(error);
    }
  });
  const resolved = alert.status === 'resolved';
  return el(
    'li',
    { class: `alert ${resolved ? 'resolved' : alert.severity}` },
    el(
      'p',
      {},
      el('strong', {}, `${resolved ? 'Over' : alert.severity}: `),
      alert.title,
      ' ',
      el(
        'span',
        { class: 'muted' },
        moment(alert.updated),
        alert.messages > 1 ? `, told ${alert.messages} times` : '',
      ),
    ),
    ...alert.body.split('\n').map((/** @type {string} */ line) => el('p', { class: 'body' }, line)),
    alert.facts.length === 0
      ? null
      : el(
          'dl',
          { class: 'pairs' },
          ...alert.facts.flatMap((/** @type {any} */ fact) => [
            el('dt', {}, fact.name),
            el('dd', {}, fact.value),
          ]),
        ),
    alert.links.length === 0
      ? null
      : el(
          'p',
          {},
          ...alert.links.flatMap((/** @type {any} */ { label, url }, /** @type {number} */ i) => [
            i === 0 ? '' : ' · ',
            // Only addresses of the web and of these pages: what an alert brings is from outside.
            /^(https?:\/\/|\/(?!\/))/i.test(url) ? el('a', { href: url }, label) : label,
          ]),
        ),
    alert.acknowledged === null
      ? resolved
        ? null
        : el('p', {}, button, ' ', problem)
      : el(
          'p',
          { class: 'muted' },
          `Acknowledged by ${alert.acknowledged.by}, `,
          moment(alert.acknowledged.at),
        ),
  );
}
