// @ts-check

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Creates an element. Text is always set as text, so that nothing from outside becomes markup.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `on…` are listeners; false, null and undefined are omitted.
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/**
 * The element with an id. @throws where the page has none
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return /** @type {T} */ (found);
}

/**
 * A number for people, with at most three significant digits below 1,000.
 * @param {number} value
 */
export function formatNumber(value) {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(3)).toString();
}

/**
 * A time for people, with the exact one on hover.
 * @param {string} iso
 */
export function formatTime(iso) {
  const date = new Date(iso);
  const text = date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  return el('time', { datetime: iso, title: iso }, text);
}

/**
 * A message in place of data: loading, empty, or an error.
 * @param {'loading' | 'empty' | 'bad'} kind
 * @param {string} text
 * @param {() => void} [retry] adds a button to try again
 */
export function notice(kind, text, retry) {
  return el(
    'p',
    { class: `notice ${kind}`, role: kind === 'bad' ? 'alert' : undefined, 'aria-busy': kind === 'loading' },
    text,
    retry === undefined ? null : el('button', { type: 'button', onclick: retry }, 'Try again'),
  );
}
