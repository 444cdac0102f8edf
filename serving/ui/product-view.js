// @ts-check
/** @import { DriftReport, ListedCandidate, ModelHistory, ProductModels } from '../api/wire.ts' */
import { request, textOf, urlOf } from './api.js';
import { el, formatNumber, formatTime, notice } from './dom.js';

const MAX_METRICS = 3;
const MAX_REJECTIONS = 10;
const MAX_DRIFTED_COLUMNS = 5;

/** @param {string} hash */
const shortHash = (hash) => el('code', { title: hash }, hash.slice(0, 12));

/**
 * The champion, and why it was promoted.
 * @param {ProductModels} models
 * @param {ModelHistory} history
 */
export function championView(models, history) {
  const { product, champion, failure } = models;
  const parts = [];
  if (failure !== null)
    parts.push(
      notice('bad', `Version ${failure.version} could not be loaded (${failure.code}): ${failure.message}`),
    );
  if (champion === null) {
    parts.push(
      el(
        'p',
        { class: 'notice empty' },
        'No champion yet. ',
        el('code', {}, `touchline run ${product}`),
        ' trains candidates and promotes the best one if it passes the gate.',
      ),
    );
    return el('div', {}, ...parts);
  }
  const period = history.reigns.find((one) => one.version === champion.version);
  const candidate = models.candidates.find((one) => one.version === champion.version);
  parts.push(
    el(
      'p',
      { class: 'champion' },
      el('strong', {}, `Version ${champion.version}`),
      candidate?.estimator ? ` ${candidate.estimator}` : '',
      ', package ',
      shortHash(champion.package),
    ),
  );
  if (period !== undefined) {
    const verb = period.action === 'rollback' ? 'Rolled back' : 'Promoted';
    parts.push(
      el(
        'p',
        {},
        `${verb} by ${period.by}, `,
        formatTime(period.since),
        period.previous === null ? '' : `, replacing version ${period.previous}`,
      ),
      el('h4', {}, 'Why'),
      el('ul', {}, ...period.reasons.map((reason) => el('li', {}, reason))),
    );
  }
  return el('div', {}, ...parts);
}

/**
 * Names of the metrics to show: those that every candidate has, then those of the held-out groups, each in the order in
 * which the product names them.
 * @param {ListedCandidate[]} candidates
 */
function metricNames(candidates) {
  const all = [...new Set(candidates.flatMap((one) => Object.keys(one.metrics)))];
  return ['validation_', 'test_'].flatMap((part) =>
    all.filter((name) => name.startsWith(part)).slice(0, MAX_METRICS),
  );
}

/**
 * Every run with its metrics, and the version that it became.
 * @param {ProductModels} models
 * @param {boolean} demo whether reports can be opened by a plain link
 */
export function candidatesView({ product, candidates, champion }, demo) {
  if (candidates.length === 0) return notice('empty', 'No candidates yet.');
  const names = metricNames(candidates);
  const head = ['Estimator', 'Report', 'Version', ...names.map((name) => name.replace('_', ' ')), 'Trained'];
  const rows = candidates.map((one) => {
    const isChampion = one.version !== null && one.version === champion?.version;
    const { run } = one;
    const url = urlOf('GET /v1/models/:product/runs/:run/report', { params: { product, run } });
    return el(
      'tr',
      { class: isChampion ? 'is-champion' : undefined },
      el('th', { scope: 'row' }, one.estimator, one.status === 'finished' ? '' : ` (${one.status})`),
      el('td', {}, one.status === 'finished' ? reportLink(url, `${product}-${run}.html`, 'Open', demo) : '–'),
      el('td', {}, one.version ?? '–', isChampion ? ' (champion)' : ''),
      ...names.map((name) =>
        el('td', { class: 'number' }, name in one.metrics ? formatNumber(one.metrics[name]) : '–'),
      ),
      el('td', {}, formatTime(one.started)),
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

/** @param {ModelHistory} history */
export function rejectionsView({ refusals: rejections }) {
  if (rejections.length === 0) return null;
  const items = rejections
    .slice(0, MAX_REJECTIONS)
    .map((one) => el('li', {}, `Version ${one.version}, `, formatTime(one.at), `: ${one.reasons.join(' ')}`));
  return el('details', {}, el('summary', {}, `Rejected (${rejections.length})`), el('ul', {}, ...items));
}

/** @type {Record<DriftReport['verdict'], [text: string, tone: string]>} */
const VERDICTS = {
  drift: ['Drift', 'bad'],
  no_drift: ['No drift', 'good'],
  not_enough_data: ['Not enough data', 'muted'],
};

/**
 * @param {DriftReport | { problem: string } | null} report null without a champion
 * @param {boolean} demo whether the report can be opened by a plain link
 */
export function driftView(report, demo) {
  if (report === null)
    return notice('empty', 'No champion yet, so there is no training data to compare with.');
  if ('problem' in report) return notice('bad', report.problem);
  const { product, days } = report;
  const [text, tone] = VERDICTS[report.verdict];
  const drifted = report.columns.filter((column) => column.drifted);
  const url = urlOf('GET /v1/drift/:product/page', { params: { product }, query: { days } });
  return el(
    'div',
    {},
    el('p', {}, el('strong', { class: tone }, text), ` over the last ${days} days. ${report.reason}`),
    drifted.length === 0
      ? null
      : el(
          'ul',
          {},
          ...drifted
            .slice(0, MAX_DRIFTED_COLUMNS)
            .map(({ name, test, statistic }) =>
              el('li', {}, `${name}: ${test} ${statistic === null ? '' : formatNumber(statistic)}`),
            ),
        ),
    el('p', {}, reportLink(url, `drift-${product}.html`, 'Open the drift report', demo)),
  );
}

/**
 * A link cannot carry a key: with keys, the report is downloaded instead.
 * @param {string} url
 * @param {string} file name of the download
 * @param {string} text
 * @param {boolean} demo
 */
function reportLink(url, file, text, demo) {
  if (demo) return el('a', { href: url, target: '_blank', rel: 'noopener' }, text);
  const problem = el('span', { class: 'bad', role: 'alert' });
  const button = el('button', { type: 'button' }, text.replace('Open', 'Save'));
  button.addEventListener('click', async () => {
    try {
      const response = await request('GET', url);
      const link = /** @type {HTMLAnchorElement} */ (
        el('a', { href: URL.createObjectURL(await response.blob()), download: file })
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
