import type { Matrix } from '../../datasets/matrix.ts';
import type { IntervalRule } from '../../models/definition.ts';
import { svgChart } from '../../platform/charts.ts';
import { type Html, html } from '../../platform/html.ts';
import { sampleRows } from '../reference-profile.ts';

const MOST_POINTS = 1_500;

/** Charts of a regression: predicted against actual scores, residuals, and calibration over ranges of scores. */
export function scoresSection(
  validation: Matrix,
  predicted: Float64Array,
  { seed, scale, interval }: { seed: number; scale?: readonly [number, number]; interval?: IntervalRule },
): Html {
  const actual = validation.target;
  const all = [...actual, ...predicted];
  const [low, high] = scale ?? [
    all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
  return html`
<div class="grid">
<figure class="panel"><h3>Predicted against actual</h3>${against(actual, predicted, [low, high], seed)}
<figcaption class="muted">Each point is a validation row; on the line, the prediction is exact.</figcaption></figure>
<figure class="panel"><h3>Residuals</h3>${residuals(actual, predicted)}
<figcaption class="muted">Actual minus predicted: right of 0, the model was too strict.</figcaption></figure>
<figure class="panel"><h3>Calibration</h3>${calibration(actual, predicted, [low, high])}
<figcaption class="muted">Means of ten groups of rows, ordered by prediction.</figcaption></figure>
</div>
${interval && html`<p>${coverage(validation, predicted, interval)}</p>`}`;
}

const axes = (x: string, y: string, [min, max]: readonly [number, number]) => ({
  grid: {
    left: 26,
    right: 16,
    top: 12,
    bottom: 36,
    outerBoundsMode: 'same',
    outerBoundsContain: 'axisLabel',
  },
  xAxis: { type: 'value', name: x, nameLocation: 'middle', nameGap: 26, min, max },
  yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 38, min, max },
});

export const diagonal = ([low, high]: readonly [number, number]) => ({
  type: 'line',
  data: [
    [low, low],
    [high, high],
  ],
  showSymbol: false,
  lineStyle: { color: 'currentColor', type: 'dashed', opacity: 0.6, width: 1 },
});

function against(
  actual: Float64Array,
  predicted: Float64Array,
  range: readonly [number, number],
  seed: number,
): Html {
  const rows = sampleRows(actual.length, MOST_POINTS, seed, 'points').sort((a, b) => a - b);
  const points = rows.map((row) => [Number(actual[row].toFixed(4)), Number(predicted[row].toFixed(4))]);
  return svgChart(
    {
      ...axes('actual', 'predicted', range),
      series: [
        { type: 'scatter', symbolSize: 5, itemStyle: { opacity: 0.45 }, data: points },
        diagonal(range),
      ],
    },
    { width: 380, height: 330, title: 'Predicted scores against actual scores' },
  );
}

/** Counts in up to 21 bins of equal, round width, one of them centred on 0. */
function residuals(actual: Float64Array, predicted: Float64Array): Html {
  const errors = actual.map((y, i) => y - predicted[i]);
  const most = errors.reduce((a, e) => Math.max(a, Math.abs(e)), 1e-9);
  const raw = most / 10;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = unit * ([1, 2, 5, 10].find((k) => k * unit >= raw) ?? 10);
  const reach = Math.ceil(most / step - 0.5);
  const counts = new Array<number>(2 * reach + 1).fill(0);
  for (const e of errors) counts[Math.round(e / step) + reach]++;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return svgChart(
    {
      grid: {
        left: 26,
        right: 16,
        top: 12,
        bottom: 36,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      xAxis: {
        type: 'category',
        name: 'actual − predicted',
        nameLocation: 'middle',
        nameGap: 26,
        data: counts.map((_, k) => ((k - reach) * step).toFixed(digits)),
      },
      yAxis: { type: 'value', name: 'rows', nameLocation: 'middle', nameGap: 38, minInterval: 1 },
      series: [{ type: 'bar', barCategoryGap: '8%', data: counts }],
    },
    { width: 380, height: 330, title: 'Number of rows by residual' },
  );
}

function calibration(actual: Float64Array, predicted: Float64Array, range: readonly [number, number]): Html {
  const order = Array.from(predicted, (_, i) => i).sort((a, b) => predicted[a] - predicted[b]);
  const bins = Math.max(1, Math.min(10, Math.floor(order.length / 5)));
  const points = Array.from({ length: bins }, (_, k) => {
    const rows = order.slice(
      Math.floor((k * order.length) / bins),
      Math.floor(((k + 1) * order.length) / bins),
    );
    const mean = (of: Float64Array) => rows.reduce((sum, row) => sum + of[row], 0) / rows.length;
    return [Number(mean(predicted).toFixed(4)), Number(mean(actual).toFixed(4))];
  });
  return svgChart(
    {
      ...axes('mean predicted', 'mean actual', range),
      series: [{ type: 'line', symbolSize: 7, data: points }, diagonal(range)],
    },
    { width: 380, height: 330, title: 'Mean actual score by mean predicted score' },
  );
}

function coverage(validation: Matrix, predicted: Float64Array, interval: IntervalRule): string {
  const width = validation.columns.length;
  const { column, halfWidths, level } = interval;
  const half = (row: number) =>
    column === null
      ? halfWidths[0]
      : (halfWidths[validation.values[row * width + column]] ?? Math.max(...halfWidths));
  let inside = 0;
  predicted.forEach((score, row) => {
    if (Math.abs(validation.target[row] - score) <= half(row) + 1e-6) inside++;
  });
  const widths = [...new Set([...halfWidths].map((w) => w.toPrecision(3)))].join(', ');
  const share = ((100 * inside) / Math.max(1, predicted.length)).toFixed(0);
  return `Interval: ± ${widths} for ${(100 * level).toFixed(0)} % of scores; it holds ${share} % of the validation rows that it was set on.`;
}
