// @ts-check
/** @import { Factor } from '../api/wire.ts' */
import { el, formatNumber } from './dom.js';

/**
 * Shapley values as bars from the middle: those to the right raise the answer, those to the left lower it. The text next to
 * each bar says the same, so that nothing depends on colour.
 * @param {Factor[]} factors
 * @param {string} unit what an impact of 1 is
 */
export function factorChart(factors, unit) {
  const most = Math.max(...factors.map((factor) => Math.abs(factor.impact)));
  const rows = factors.map((factor) => {
    const bar = el('span', { class: `bar ${factor.direction}` });
    bar.style.setProperty('--length', `${(50 * Math.abs(factor.impact)) / most}%`);
    let value = 'unknown';
    if (typeof factor.value === 'number')
      value = `${formatNumber(factor.value)}${factor.unit ? ` ${factor.unit}` : ''}`;
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
