// @ts-check
import { alertsView } from './alerts.js';
import { ask, textOf } from './api.js';
import { byId, el, notice } from './dom.js';
import { candidatesView, championView, driftView, refusalsView } from './product-view.js';
import { may, openSession } from './session.js';
import { tabsView } from './tabs.js';
import { tryForm } from './try-form.js';

const EVERY_MS = 10_000;

/** What is asked again and again, by the place where it is shown. */
let watched = /** @type {(() => Promise<void>)[]} */ ([]);
let timer = 0;

/**
 * Shows what `load` gives in one or more places, and again only when it changed, so that nobody's focus is lost for
 * nothing.
 * @template T
 * @param {() => Promise<T>} load
 * @param {[place: HTMLElement, view: (data: T) => Node][]} shows
 * @returns {() => Promise<void>} looks again
 */
function watch(load, shows) {
  let last = '';
  for (const [place] of shows) place.replaceChildren(notice('loading', 'Loading…'));
  const look = async () => {
    try {
      const data = await load();
      const text = JSON.stringify(data);
      if (text === last) return;
      last = text;
      for (const [place, view] of shows) place.replaceChildren(view(data));
    } catch (error) {
      const text = textOf(error);
      if (text === last) return;
      last = text;
      for (const [place] of shows) place.replaceChildren(notice('bad', text, look));
    }
  };
  watched.push(look);
  look();
  return look;
}

/**
 * @param {string} title
 * @param {HTMLElement} place
 */
const section = (title, place) => el('section', { class: 'panel' }, el('h3', {}, title), place);

/**
 * @param {any} product
 * @param {import('./session.js').Session} session
 */
function productPanel(product, session) {
  const champion = el('div');
  const candidates = el('div');
  const drift = el('div');
  const demo = session.mode === 'demo';
  const load = async () => {
    const [{ models: all }, history] = await Promise.all([
      ask('/v1/models'),
      ask(`/v1/models/${product.name}/history`),
    ]);
    const models = all.find((/** @type {any} */ one) => one.product === product.name);
    // The rest is shown whether or not there is a report.
    const report =
      models.champion === null
        ? null
        : await ask(`/v1/drift/${product.name}`).catch((error) => ({ problem: textOf(error) }));
    return { models, history, report };
  };
  watch(load, [
    [champion, ({ models, history }) => championView(models, history)],
    [drift, ({ report }) => driftView(report, demo)],
    [
      candidates,
      ({ models, history }) =>
        el(
          'div',
          {},
          candidatesView(product.name, models.candidates, models.champion?.version, demo),
          refusalsView(history),
        ),
    ],
  ]);
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

/** @param {import('./session.js').Session} session */
async function start(session) {
  const place = byId('products');
  watched = [];
  clearInterval(timer);
  if (session.role === null) {
    place.replaceChildren(notice('empty', 'Enter an API key to see the products.'));
    byId('alerts').replaceChildren();
    return;
  }
  place.replaceChildren(notice('loading', 'Loading the products…'));
  let lookAtAlerts = async () => {};
  const acknowledged = () => {
    byId('status').textContent = 'Acknowledged.';
    lookAtAlerts();
  };
  try {
    const { products } = await ask('/v1/products');
    if (products.length === 0) place.replaceChildren(notice('empty', 'No products are served here.'));
    else
      place.replaceChildren(
        tabsView(
          products.map((/** @type {any} */ product) => ({
            id: product.name,
            title: product.title,
            panel: productPanel(product, session),
          })),
        ),
      );
    lookAtAlerts = watch(
      () => ask('/v1/alerts'),
      [[byId('alerts'), ({ alerts }) => alertsView(alerts, may(session, 'operator'), acknowledged)]],
    );
    timer = setInterval(() => {
      if (!document.hidden) for (const look of watched) look();
    }, EVERY_MS);
  } catch (error) {
    place.replaceChildren(notice('bad', textOf(error), () => start(session)));
  }
}

openSession(start);
