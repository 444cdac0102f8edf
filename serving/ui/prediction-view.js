// @ts-check
/** @import { ProbabilityAnswer, Product, ScoreAnswer } from '../api/wire.ts' */
import { el, formatNumber } from './dom.js';
import { factorChart } from './factor-chart.js';

/**
 * One prediction with its reasons.
 * @param {Product} product
 * @param {ScoreAnswer | ProbabilityAnswer} answer
 * @returns {Node[]}
 */
export function predictionView(product, answer) {
  const isScore = 'score' in answer;
  const value = isScore ? formatNumber(answer.score) : `${Math.round(answer.probability * 100)} %`;
  const meaning = isScore ? ` on a scale of ${product.scale[0]} to ${product.scale[1]}` : ' probability';
  const parts = [
    el('p', { class: 'answer' }, el('strong', {}, value), el('span', { class: 'muted' }, meaning)),
    el('ul', { class: 'facts' }, ...factsOf(answer).map((fact) => el('li', {}, fact))),
  ];
  if (answer.factors.length > 0) parts.push(factorChart(answer.factors, isScore ? 'points' : 'log-odds'));
  if (isScore && answer.advice.length > 0)
    parts.push(
      el(
        'div',
        { class: 'advice' },
        el('h4', {}, 'Advice'),
        el('ul', {}, ...answer.advice.map(({ text }) => el('li', {}, text))),
      ),
    );
  parts.push(modelsView(answer));
  return parts;
}

/** @param {ScoreAnswer | ProbabilityAnswer} answer */
function factsOf(answer) {
  const facts = [];
  const byRules = answer.method === 'rules_fallback';
  if (byRules) facts.push('Answered by the fixed rules.');
  if (answer.note !== null) facts.push(answer.note);
  if ('interval' in answer && answer.interval !== null) {
    const { low, high, level, wide } = answer.interval;
    const range = `${Math.round(level * 100)} % interval ${formatNumber(low)} to ${formatNumber(high)}`;
    facts.push(wide ? `${range}: too wide to rely on, ask an expert` : range);
  }
  if (answer.confidence !== null)
    facts.push(`Agreement of the models: ${Math.round(answer.confidence * 100)} %`);
  if ('rules_score' in answer && answer.rules_score !== null && !byRules)
    facts.push(`Score of the fixed rules: ${formatNumber(answer.rules_score)}`);
  return facts;
}

/** @param {ScoreAnswer | ProbabilityAnswer} answer */
function modelsView({ breakdown, model }) {
  const members = breakdown.map((one) => `${one.model} ${formatNumber(one.value)}`).join(' · ');
  return el(
    'p',
    { class: 'muted small' },
    members === '' ? null : `Models: ${members}. `,
    model === null ? null : `Version ${model.version}, package `,
    model === null ? null : el('code', { title: model.package }, model.package.slice(0, 12)),
  );
}
