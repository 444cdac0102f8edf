// @ts-check
import { ask, textOf } from './api.js';
import { el, moment, notice, shown } from './dom.js';

const MOST_METRICS = 3;

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
 * Names of the metrics that are shown: those that every candidate has, then those of the held-out groups, each in the
 * order in which the product names them.
 * @param {any[]} candidates
 */
function metricNames(candidates) {
  const all = [...new Set(candidates.flatMap((one) => Object.keys(one.metrics)))];
  return ['validation_', 'test_'].flatMap((part) =>
    all.filter((name) => name.startsWith(part)).slice(0, MOST_METRICS),
  );
}

/**
 * Every run with its metrics, and which of them became a version.
 * @param {string} product
 * @param {any[]} candidates
 * @param {number | undefined} champion
 * @param {boolean} demo whether a plain link reaches a report
 */
export function candidatesView(product, candidates, champion, demo) {
  if (candidates.length === 0) return notice('empty', 'No candidates yet.');
  const names = metricNames(candidates);
  const head = ['Estimator', 'Report', 'Version', ...names.map((name) => name.replace('_', ' ')), 'Trained'];
  const rows = candidates.map((one) => {
    const reigns = one.version !== null && one.version === champion;
    const path = `/v1/models/${product}/runs/${one.run}/report`;
    return el(
      'tr',
      { class: reigns ? 'is-champion' : undefined },
      el('th', { scope: 'row' }, one.estimator, one.status === 'finished' ? '' : ` (${one.status})`),
      el(
        'td',
        {},
        one.status === 'finished' ? reportLink(path, `${product}-${one.run}.html`, 'Open', demo) : '–',
      ),
      el('td', {}, one.version ?? '–', reigns ? ' (champion)' : ''),
      ...names.map((name) =>
        el('td', { class: 'number' }, typeof one.metrics[name] === 'number' ? shown(one.metrics[name]) : '–'),
      ),
      el('td', {}, moment(one.started)),
    );
  });
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
 * @param {any} report of /v1/drift/:product; `problem` where it could not be had; null without a champion
 * @param {boolean} demo whether a plain link reaches the page
 */
export function driftView(report, demo) {
  if (report === null) return notice('empty', 'There is no champion whose training data could be compared.');
  if (report.problem !== undefined) return notice('bad', report.problem);
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
    el('p', {}, reportLink(path, `drift-${report.product}.html`, 'Open the drift report', demo)),
  );
}

/**
 * A link cannot carry a key: with keys, the page is fetched and saved instead.
 * @param {string} path
 * @param {string} name of the file
 * @param {string} text
 * @param {boolean} demo
 */
function reportLink(path, name, text, demo) {
  if (demo) return el('a', { href: path, target: '_blank', rel: 'noopener' }, text);
  const problem = el('span', { class: 'bad', role: 'alert' });
  const button = el('button', { type: 'button' }, text.replace('Open', 'Save'));
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
  return el('span', {}, button, ' ', problem);
}
