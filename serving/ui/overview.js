// @ts-check
/** @import { Product, Session } from '../api/wire.ts' */
import { alertsView } from './alerts.js';
import { ask, textOf } from './api.js';
import { byId, el, notice } from './dom.js';
import { candidatesView, championView, driftView, rejectionsView } from './product-view.js';
import { hasRole, signIn } from './sign-in.js';
import { tabsView } from './tabs.js';
import { tryForm } from './try-form.js';

const REFRESH_MS = 10_000;

/** Refreshes each part of the page; run on a timer. */
let refreshers = /** @type {(() => Promise<void>)[]} */ ([]);
let timer = 0;

/**
 * Shows loaded data in one or more places, and refreshes them. A place is only rendered again when the data changed, so
 * that focus is not lost.
 * @template T
 * @param {() => Promise<T>} load
 * @param {[place: HTMLElement, view: (data: T) => Node][]} views
 * @returns {() => Promise<void>} refreshes now
 */
function showAndRefresh(load, views) {
  let last = '';
  for (const [place] of views) place.replaceChildren(notice('loading', 'Loading…'));
  const refresh = async () => {
    try {
      const data = await load();
      const text = JSON.stringify(data);
      if (text === last) return;
      last = text;
      for (const [place, view] of views) place.replaceChildren(view(data));
    } catch (error) {
      const text = textOf(error);
      if (text === last) return;
      last = text;
      for (const [place] of views) place.replaceChildren(notice('bad', text, refresh));
    }
  };
  refreshers.push(refresh);
  refresh();
  return refresh;
}

/** @param {Product} product */
async function loadProduct({ name: product }) {
  const [{ models: all }, history] = await Promise.all([
    ask('GET /v1/models'),
    ask('GET /v1/models/:product/history', { params: { product } }),
  ]);
  const models = all.find((one) => one.product === product);
  if (models === undefined) throw new Error(`The server no longer has the product ${product}.`);
  if (models.champion === null) return { models, history, drift: null };
  // Without a report, the rest is shown all the same.
  const drift = await ask('GET /v1/drift/:product', { params: { product } }).catch((error) => ({
    problem: textOf(error),
  }));
  return { models, history, drift };
}

/**
 * @param {string} title
 * @param {HTMLElement} place
 */
const section = (title, place) => el('section', { class: 'panel' }, el('h3', {}, title), place);

/**
 * @param {Product} product
 * @param {Session} session
 */
function productPanel(product, session) {
  const champion = el('div');
  const candidates = el('div');
  const drift = el('div');
  const demo = session.mode === 'demo';
  showAndRefresh(
    () => loadProduct(product),
    [
      [champion, ({ models, history }) => championView(models, history)],
      [drift, (data) => driftView(data.drift, demo)],
      [
        candidates,
        ({ models, history }) => el('div', {}, candidatesView(models, demo), rejectionsView(history)),
      ],
    ],
  );
  return el(
    'div',
    {},
    el(
      'p',
      {},
      product.description,
      product.scored
        ? el('a', { class: 'aside', href: `/scoring#${product.name}` }, 'Score its clips')
        : null,
    ),
    el(
      'div',
      { class: 'columns' },
      el('div', {}, section('Champion', champion), section('Drift', drift)),
      section('Try it', tryForm(product)),
    ),
    section('Candidates', candidates),
  );
}

/** @param {Session} session */
async function start(session) {
  const place = byId('products');
  refreshers = [];
  clearInterval(timer);
  if (session.role === null) {
    place.replaceChildren(notice('empty', 'Enter an API key to see the products.'));
    byId('alerts').replaceChildren();
    return;
  }
  place.replaceChildren(notice('loading', 'Loading the products…'));
  try {
    const { products } = await ask('GET /v1/products');
    if (products.length === 0) place.replaceChildren(notice('empty', 'This server has no products.'));
    else
      place.replaceChildren(
        tabsView(
          products.map((product) => ({
            id: product.name,
            title: product.title,
            panel: productPanel(product, session),
          })),
        ),
      );
    showAlerts(session);
    timer = window.setInterval(() => {
      if (!document.hidden) for (const refresh of refreshers) refresh();
    }, REFRESH_MS);
  } catch (error) {
    place.replaceChildren(notice('bad', textOf(error), () => start(session)));
  }
}

/** @param {Session} session */
function showAlerts(session) {
  const operator = hasRole(session, 'operator');
  const refresh = showAndRefresh(
    () => ask('GET /v1/alerts'),
    [[byId('alerts'), ({ alerts }) => alertsView(alerts, operator, onAcknowledge)]],
  );
  function onAcknowledge() {
    byId('status').textContent = 'Acknowledged.';
    refresh();
  }
}

signIn(start);
