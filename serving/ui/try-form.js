// @ts-check
/** @import { ProbabilityAnswer, Product, ScoreAnswer } from '../api/wire.ts' */
import { ApiError, request, textOf } from './api.js';
import { el, notice } from './dom.js';
import { predictionView } from './prediction-view.js';

/** An example that is longer when indented stays on one line. */
const MAX_INDENTED = 4_000;

/**
 * A form to try a prediction and see its reasons.
 * @param {Product} product
 */
export function tryForm(product) {
  const id = `input-${product.name}`;
  const indented = indentedJson(product.example);
  const input = /** @type {HTMLTextAreaElement} */ (
    el('textarea', { id, rows: '10', spellcheck: 'false', class: 'code', 'aria-describedby': `${id}-help` })
  );
  input.value = indented.length > MAX_INDENTED ? JSON.stringify(product.example) : indented;
  const result = el('div', { class: 'result', 'aria-live': 'polite' });
  const button = el('button', { type: 'submit', class: 'primary' }, 'Predict');
  const form = el(
    'form',
    { class: 'try' },
    el('label', { for: id }, 'Input (JSON)'),
    input,
    el(
      'p',
      { id: `${id}-help`, class: 'muted' },
      'A valid example. Programs send the same with POST to ',
      el('code', {}, product.path),
      '.',
    ),
    button,
    result,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.getAttribute('aria-disabled') === 'true') return;
    // Not `disabled`, which would take the focus away from people who use the keyboard.
    button.setAttribute('aria-disabled', 'true');
    result.replaceChildren(notice('loading', 'Predicting…'));
    try {
      result.replaceChildren(...predictionView(product, await predict(product, input.value)));
    } catch (error) {
      const text = error instanceof SyntaxError ? `This is not JSON: ${error.message}.` : textOf(error);
      result.replaceChildren(notice('bad', text), ...fieldProblems(error));
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
  return form;
}

/**
 * @param {Product} product
 * @param {string} json one item
 * @returns {Promise<ScoreAnswer | ProbabilityAnswer>}
 * @throws {SyntaxError | ApiError}
 */
async function predict(product, json) {
  JSON.parse(json);
  const response = await request('POST', product.path, json);
  return response.json();
}

/**
 * JSON for people: indented, with lists of plain values on one line.
 * @param {unknown} value
 */
function indentedJson(value) {
  return JSON.stringify(value, null, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, items) => `[${items.replace(/\s*\n\s*/g, ' ')}]`,
  );
}

/** @param {unknown} error */
function fieldProblems(error) {
  if (!(error instanceof ApiError) || !Array.isArray(error.details.fields)) return [];
  /** @type {{ field: string, problem: string }[]} */
  const fields = error.details.fields;
  return [
    el('ul', {}, ...fields.map(({ field, problem }) => el('li', {}, el('code', {}, field), ` ${problem}`))),
  ];
}
