// @ts-check
import { ask, textOf } from './api.js';
import { el, moment, notice, shown } from './dom.js';

const MOST_METRICS = 6;

/** @param {string} hash */
const short = (hash) => el('code', { title: hash }, hash.slice(0, 12));

/**
 * The champion and why it is the champion.
 * @param {any} models one entry of /v1/models
 * @param {any} history of /v1/models/:product/history
 */
export function championView(models, history) {
  const { champion, failure } = models;
  const parts = [];
  if (failure !== null)
    parts.push(
      notice('bad', `Version ${failure.version} could not be loaded (${failure.code}): ${failure.message}`),
    );
  if (champion === null) {
    parts.push(notice('empty', 'No champion yet: train candidates and let one pass the gate.'));
    return el('div', {}, ...parts);
  }
  const reign = history.reigns.find((/** @type {any} */ one) => one.version === champion.version);
  const candidate = models.candidates.find((/** @type {any} */ one) => one.version === champion.version);
  parts.push(
    el(
      'p',
      { class: 'champion' },
      el('strong', {}, `Version ${champion.version}`),
      candidate?.estimator ? ` ${candidate.estimator}` : '',
      ', package ',
      short(champion.package),
    ),
  );
  if (reign !== undefined) {
    const verb = reign.action === 'rollback' ? 'Rolled back' : 'Promoted';
    parts.push(
      el(
        'p',
        {},
        `${verb} by ${reign.by}, `,
        moment(reign.since),
        reign.previous === null ? '' : `, after version ${reign.previous}`,
      ),
      el('h4', {}, 'Why'),
      el('ul', {}, ...reign.reasons.map((/** @type {string} */ reason) => el('li', {}, reason))),
    );
  }
  return el('div', {}, ...parts);
}

/**
 * @param {any[]} candidates
 * @param {number | undefined} champion
 */
export function candidatesView(candidates, champion) {
  if (candidates.length === 0) return notice('empty', 'No candidates yet.');
  const names = [...new Set(candidates.flatMap((one) => Object.keys(one.metrics)))]
    // What was measured on held-out groups says most.
    .sort((a, b) => Number(b.startsWith('test_')) - Number(a.startsWith('test_')) || a.localeCompare(b))
    .slice(0, MOST_METRICS);
  const head = ['Version', 'Estimator', ...names.map((name) => name.replace('_', ' ')), 'Made', 'Package'];
  const rows = candidates.map((one) =>
    el(
      'tr',
      { class: one.version === champion ? 'is-champion' : undefined },
      el('th', { scope: 'row' }, one.version, one.version === champion ? ' (champion)' : ''),
      el('td', {}, one.estimator ?? '–'),
      ...names.map((name) =>
        el('td', { class: 'number' }, typeof one.metrics[name] === 'number' ? shown(one.metrics[name]) : '–'),
      ),
      el('td', {}, moment(one.created)),
      el('td', {}, short(one.package)),
    ),
  );
  return el(
    'div',
    { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Candidates with their metrics' },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...head.map((name) => el('th', { scope: 'col' }, name)))),
      el('tbody', {}, ...rows),
    ),
  );
}

/** @param {any} history */
export function refusalsView(history) {
  if (history.refusals.length === 0) return null;
  const items = history.refusals
    .slice(0, 10)
    .map((/** @type {any} */ one) =>
      el('li', {}, `Version ${one.version}, `, moment(one.at), `: ${one.reasons.join(' ')}`),
    );
  return el('details', {}, el('summary', {}, `Refused (${history.refusals.length})`), el('ul', {}, ...items));
}

const VERDICTS = /** @type {Record<string, [string, string]>} */ ({
  drift: ['Drift', 'bad'],
  no_drift: ['No drift', 'good'],
  not_enough_data: ['Not enough data', 'muted'],
});

/**
 * @param {any} report of /v1/drift/:product
 * @param {boolean} demo whether a plain link reaches the page
 */
export function driftView(report, demo) {
  const [text, tone] = VERDICTS[report.verdict] ?? [report.verdict, 'muted'];
  const drifted = report.columns.filter((/** @type {any} */ column) => column.drifted);
  const path = `/v1/drift/${report.product}/page?days=${report.days}`;
  return el(
    'div',
    {},
    el('p', {}, el('strong', { class: tone }, text), ` over the last ${report.days} days. ${report.reason}`),
    drifted.length === 0
      ? null
      : el(
          'ul',
          {},
          ...drifted
            .slice(0, 5)
            .map((/** @type {any} */ one) =>
              el('li', {}, `${one.name}: ${one.test} ${one.statistic === null ? '' : shown(one.statistic)}`),
            ),
        ),
    demo
      ? el('p', {}, el('a', { href: path, target: '_blank', rel: 'noopener' }, 'Open the drift report'))
      : saveButton(path, `drift-${report.product}.html`),
  );
}

/**
 * A link cannot carry a key: the page is fetched with it and saved.
 * @param {string} path
 * @param {string} name
 */
function saveButton(path, name) {
  const problem = el('span', { class: 'bad', role: 'alert' });
  const button = el('button', { type: 'button' }, 'Save the drift report');
  button.addEventListener('click', async () => {
    try {
      const blob = new Blob([await ask(path, { text: true })], { type: 'text/html' });
      const link = /** @type {HTMLAnchorElement} */ (
        el('a', { href: URL.createObjectURL(blob), download: name })
      );
      link.click();
      URL.revokeObjectURL(link.href);
      problem.textContent = '';
    } catch (error) {
      problem.textContent = textOf(error);
    }
  });
  return el('p', {}, button, ' ', problem);
}
