// @ts-check
import { el, shown } from './dom.js';

/**
 * @typedef {{ factor: string, value: number | string | null, impact: number, direction: string, description: string,
 *   unit: string | null }} Factor
 */

/**
 * Shapley values as bars from the middle: right raises the answer, left lowers it. Each bar has its words beside it, so
 * that nobody needs the colour.
 * @param {Factor[]} factors
 * @param {string} unit what an impact of 1 is
 */
export function factorChart(factors, unit) {
  const most = Math.max(...factors.map((factor) => Math.abs(factor.impact)));
  const rows = factors.map((factor) => {
    const bar = el('span', { class: `bar ${factor.direction}` });
    bar.style.setProperty('--length', `${(50 * Math.abs(factor.impact)) / most}%`);
    let value = 'not known';
    if (typeof factor.value === 'number')
      value = `${shown(factor.value)}${factor.unit ? ` ${factor.unit}` : ''}`;
    else if (factor.value !== null) value = factor.value;
    return el(
      'li',
      {},
      el('span', { class: 'what' }, factor.description, el('span', { class: 'muted' }, ` ${value}`)),
      el('span', { class: 'track', 'aria-hidden': 'true' }, bar),
      el(
        'span',
        { class: 'impact' },
        `${factor.impact > 0 ? '+' : '−'}${Number(Math.abs(factor.impact).toPrecision(2))}`,
      ),
    );
  });
  return el(
    'figure',
    { class: 'factors' },
    el('figcaption', {}, `What moved this answer, in ${unit}`),
    el('ol', {}, ...rows),
  );
}
