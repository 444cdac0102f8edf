// @ts-check
import { ApiError, ask, textOf } from './api.js';
import { el, notice, shown } from './dom.js';
import { factorChart } from './factors.js';

const LONG = 4_000;

/**
 * A form to try a prediction, with its reasons.
 * @param {{ name: string, task: string, path: string, scale: [number, number], example: unknown }} product
 */
export function tryForm(product) {
  const id = `input-${product.name}`;
  const pretty = readable(product.example);
  const input = /** @type {HTMLTextAreaElement} */ (
    el('textarea', { id, rows: '10', spellcheck: 'false', class: 'code', 'aria-describedby': `${id}-help` })
  );
  input.value = pretty.length > LONG ? JSON.stringify(product.example) : pretty;
  const result = el('div', { class: 'result', 'aria-live': 'polite' });
  const button = /** @type {HTMLButtonElement} */ (
    el('button', { type: 'submit', class: 'primary' }, 'Predict')
  );
  const form = el(
    'form',
    { class: 'try' },
    el('label', { for: id }, 'Input (JSON)'),
    input,
    el(
      'p',
      { id: `${id}-help`, class: 'muted' },
      'An example that works. POST the same to ',
      el('code', {}, product.path),
    ),
    button,
    result,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.getAttribute('aria-disabled') === 'true') return;
    // Not `disabled`, which would take the focus away from who works by keyboard.
    button.setAttribute('aria-disabled', 'true');
    result.replaceChildren(notice('loading', 'Predicting…'));
    try {
      JSON.parse(input.value);
      const answer = await ask(product.path, { method: 'POST', body: input.value });
      result.replaceChildren(...answerView(product, answer));
    } catch (error) {
      const text = error instanceof SyntaxError ? `This is not JSON: ${error.message}.` : textOf(error);
      result.replaceChildren(notice('bad', text), ...fieldList(error));
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
  return form;
}

/**
 * JSON for people: indented, with lists of plain values on one line.
 * @param {unknown} value
 */
function readable(value) {
  return JSON.stringify(value, null, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, items) => `[${items.replace(/\s*\n\s*/g, ' ')}]`,
  );
}

/** @param {unknown} error */
function fieldList(error) {
  const fields = error instanceof ApiError ? error.details.fields : undefined;
  if (!Array.isArray(fields)) return [];
  return [
    el('ul', {}, ...fields.map(({ field, problem }) => el('li', {}, el('code', {}, field), ` ${problem}`))),
  ];
}

/**
 * @param {{ task: string, scale: [number, number] }} product
 * @param {any} answer
 */
function answerView(product, answer) {
  const binary = product.task === 'binary';
  const main = binary ? `${Math.round(answer.probability * 100)} %` : shown(answer.score);
  const { interval, model } = answer;
  const lines = [
    answer.method === 'rules_fallback' ? 'Answered by the fixed rules.' : null,
    answer.note,
    interval
      ? `${Math.round(interval.level * 100)} % interval ${shown(interval.low)} to ${shown(interval.high)}${interval.wide ? ': wide, let an expert look' : ''}`
      : null,
    answer.confidence === null ? null : `Agreement of the models ${Math.round(answer.confidence * 100)} %`,
    answer.rules_score == null || answer.method === 'rules_fallback'
      ? null
      : `The fixed rules say ${shown(answer.rules_score)}`,
  ].filter((line) => line !== null && line !== undefined);
  const members = answer.breakdown
    .map((/** @type {any} */ one) => `${one.model} ${shown(one.value)}`)
    .join(' · ');
  return [
    el(
      'p',
      { class: 'answer' },
      el('strong', {}, main),
      el(
        'span',
        { class: 'muted' },
        binary ? ' probability' : ` on a scale of ${product.scale[0]} to ${product.scale[1]}`,
      ),
    ),
    el('ul', { class: 'facts' }, ...lines.map((line) => el('li', {}, line))),
    answer.factors.length > 0 ? factorChart(answer.factors, binary ? 'log-odds' : 'points') : '',
    (answer.advice ?? []).length > 0
      ? el(
          'div',
          { class: 'advice' },
          el('h4', {}, 'Advice'),
          el('ul', {}, ...answer.advice.map((/** @type {any} */ one) => el('li', {}, one.text))),
        )
      : '',
    el(
      'p',
      { class: 'muted small' },
      members === '' ? '' : `Models: ${members}. `,
      model === null ? '' : `Version ${model.version}, package `,
      model === null ? '' : el('code', { title: model.package }, model.package.slice(0, 12)),
    ),
  ].filter((part) => part !== '');
}
