import { PALETTE, svgChart } from '../../platform/charts.ts';
import { type Html, html, page, raw, table } from '../../platform/html.ts';
import type { ColumnDrift } from './column.ts';
import type { DistributionPair } from './distributions.ts';
import type { DriftReport } from './report.ts';

const VERDICTS = {
  drift: { word: 'Drift', tone: 'bad' },
  no_drift: { word: 'No drift', tone: 'good' },
  not_enough_data: { word: 'Not enough data', tone: 'warn' },
} as const;

const short = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : Number.isNaN(value) ? '–' : '∞';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Without drift of the data set as a whole, single columns or the predictions may still have drifted. */
function headline(report: DriftReport): { word: string; tone: string } {
  const parts = [...report.columns, ...(report.prediction ? [report.prediction] : [])];
  if (report.verdict === 'no_drift' && parts.some((column) => column.drifted))
    return { word: 'Some drift', tone: 'warn' };
  return VERDICTS[report.verdict];
}

function columnVerdict(column: ColumnDrift): { word: string; tone: string } {
  if (column.drifted) return { word: column.missing.drifted ? 'values missing' : 'drifted', tone: 'bad' };
  return column.enough ? { word: 'stable', tone: 'good' } : { word: 'not enough data', tone: 'warn' };
}

function verdictLabel({ word, tone }: { word: string; tone: string }): Html {
  return html`<span class="${tone}">${word}</span>`;
}

function chart({ name, edges, labels, reference, current }: DistributionPair): Html {
  const names = labels ?? edges!.slice(0, -1).map((edge, i) => short((edge + edges![i + 1]) / 2));
  const series = (title: string, data: number[]) => ({ name: title, type: 'bar', data, barGap: '0%' });
  return svgChart(
    {
      legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, itemGap: 24 },
      grid: { left: 8, right: 8, top: 32, bottom: 4 },
      xAxis: { type: 'category', data: names, axisLabel: { hideOverlap: true, fontSize: 11 } },
      yAxis: {
        type: 'value',
        splitNumber: 3,
        axisLabel: { formatter: (value: number) => `${Math.round(value * 100)} %`, fontSize: 11 },
      },
      series: [
        { ...series('reference', reference), color: PALETTE[0] },
        { ...series('now', current), color: PALETTE[1] },
      ],
    },
    { width: 420, height: 220, title: `${name}: shares in the reference and now` },
  );
}

function panel(column: ColumnDrift, distribution: DistributionPair): Html {
  return html`<figure class="panel">
<h3>${column.name} ${verdictLabel(columnVerdict(column))}</h3>
${chart(distribution)}
<figcaption class="muted">${column.test} ${short(column.statistic)}${column.adjustedPValue === undefined ? '' : `, corrected p ${short(column.adjustedPValue)}`}; ${column.reference_n} values against ${column.current_n}</figcaption>
</figure>
`;
}

function summary(report: DriftReport): Html {
  const { effect, prediction } = report;
  const moved = effect && (effect.low > 0 || effect.high < 0);
  return html`<p>${report.reason}</p>
${
  effect &&
  html`<p>The mean prediction went from ${short(effect.reference_mean)} to ${short(effect.current_mean)}: ${moved ? `a shift of ${short(effect.points)}` : 'no clear shift'} (95 % interval ${short(effect.low)} to ${short(effect.high)})${prediction ? html`; their distribution is ${verdictLabel(columnVerdict(prediction))}` : ''}.</p>`
}
<p class="muted">${
    report.plain
      ? 'Plain verdicts: thresholds only, without a minimum sample size or correction.'
      : `A verdict needs at least ${report.rows.needed} values on both sides. P-values are corrected for the number of columns, and a distance counts only where it is also significant.`
  }</p>`;
}

interface ColumnView {
  column: ColumnDrift;
  distribution: DistributionPair;
}

/** Up to this many stable columns are shown unfolded. */
const MAX_UNFOLDED = 8;

const HEAD = ['column', 'verdict', 'test', 'statistic', 'corrected p', 'reference', 'now', 'missing'];

function columnTable(caption: string, columns: readonly ColumnView[]): Html {
  const rows = columns.map(({ column }) => [
    column.name,
    verdictLabel(columnVerdict(column)),
    column.test,
    short(column.statistic),
    column.adjustedPValue === undefined ? '–' : short(column.adjustedPValue),
    column.reference_n,
    column.current_n,
    `${percent(column.missing.reference)} → ${percent(column.missing.current)}`,
  ]);
  return table(caption, HEAD, rows);
}

function panels(columns: readonly ColumnView[]): Html {
  return html`<div class="grid">
${columns.map(({ column, distribution }) => panel(column, distribution))}
</div>`;
}

/**
 * The report as one self-contained HTML document: the verdict in words, a table, and distributions side by side. Drifted
 * columns come first; stable ones are folded away where there are many.
 * @param heading what was compared, such as the product's title.
 */
export function renderDriftPage(report: DriftReport, heading = 'Drift report'): string {
  const verdict = headline(report);
  const all = [...report.columns, ...(report.prediction ? [report.prediction] : [])].map((column, i) => ({
    column,
    distribution: report.distributions[i],
  }));
  const changed = all.filter(({ column }) => column.drifted || !column.enough);
  changed.sort((a, b) => Number(b.column.drifted) - Number(a.column.drifted));
  const stable = all.filter((shown) => !changed.includes(shown));
  const evidence = report.evidence.map(({ id, column, value, weight }) => [
    id,
    column,
    short(value),
    percent(weight),
  ]);
  return page({
    title: `${verdict.word} – ${heading}`,
    body: html`<h1>${heading}: <span class="${verdict.tone}">${verdict.word}</span></h1>
${summary(report)}
${
  changed.length > 0 &&
  html`<h2>Columns</h2>
${columnTable('Columns that drifted or have too few values', changed)}
`
}${
  evidence.length > 0 &&
  html`<h2>Rows that contribute most</h2>
${table('Rows that contribute most to the drift', ['row', 'column', 'value', 'share of the shift'], evidence)}
`
}${
  changed.length > 0 &&
  html`<h2>Distributions</h2>
${panels(changed)}
`
}${stable.length > 0 && folded(stable)}`,
  });
}

/** Wide products have many stable columns, which say little. */
function folded(stable: readonly ColumnView[]): Html {
  const open = stable.length <= MAX_UNFOLDED ? raw(' open') : '';
  return html`<details${open}>
<summary>${stable.length} stable ${stable.length === 1 ? 'column' : 'columns'}</summary>
${columnTable('Stable columns', stable)}
${panels(stable)}
</details>
`;
}
