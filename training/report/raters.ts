import type { Matrix } from '../../datasets/matrix.ts';
import { svgChart } from '../../platform/charts.ts';
import { type Html, html, table } from '../../platform/html.ts';
import type { RaterModel } from '../rater-model.ts';
import { quantile } from '../standardizer.ts';

/** Residuals by rater: the expert's own rating minus the prediction. */
function residualsByRater(validation: Matrix, predicted: Float64Array): Map<string, number[]> {
  const byRater = new Map<string, number[]>();
  validation.rows.forEach((row, i) => {
    for (const { rater, score } of row.ratings ?? [])
      byRater.set(rater, [...(byRater.get(rater) ?? []), score - predicted[i]]);
  });
  return new Map([...byRater].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Residuals by rater, and the rater model of the training part, if experts gave scores. */
export function ratersSection(
  validation: Matrix,
  predicted: Float64Array,
  model: RaterModel | undefined,
  error: number | undefined,
): Html | undefined {
  const residuals = residualsByRater(validation, predicted);
  if (residuals.size === 0 && !model) return undefined;
  return html`<h2>Experts</h2>
<div class="grid">
${
  residuals.size > 0 &&
  html`<figure class="panel"><h3>Residuals by rater</h3>${picture(residuals)}
<figcaption class="muted">Rating minus prediction on validation rows: median, middle 50 % and middle 80 %.</figcaption></figure>`
}
${model && html`<section class="panel"><h3>Bias and spread</h3>${facts(model)}</section>`}
</div>
${model?.noiseCeiling && html`<p>An expert against the mean of the others: MAE ${model.noiseCeiling.mae.toFixed(3)}, RMSE ${model.noiseCeiling.rmse.toFixed(3)}${error !== undefined && html`; this model against the panel on validation rows: MAE ${error.toFixed(3)}`}.</p>`}
${model?.icc && html`<p>Agreement on ${model.icc.items} items that all ${model.icc.experts} experts rated: ICC(2,1) ${interval(model.icc.single)}, ICC(2,k) ${interval(model.icc.average)}.</p>`}`;
}

const interval = ({ value, low, high }: { value: number; low: number; high: number }): string =>
  `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

function facts({ raters }: RaterModel): Html {
  return table(
    'Bias and spread of each expert',
    ['expert', 'ratings', 'bias', 'spread', 'repeats'],
    raters.map(({ rater, count, bias, spread, selfConsistency }) => [
      rater,
      count,
      Number(bias.toFixed(2)),
      Number(spread.toFixed(2)),
      selfConsistency === undefined ? '–' : selfConsistency.toFixed(2),
    ]),
  );
}

/** One row per rater: a thin bar from the 10th to the 90th percentile, a thick one from the 25th to the 75th, a dot at the median. */
function picture(residuals: Map<string, number[]>): Html {
  const rows = [...residuals].map(([rater, values]) => {
    const sorted = values.sort((a, b) => a - b);
    const at = (share: number) => Number(quantile(sorted, share).toFixed(4));
    return { rater, marks: [0.1, 0.25, 0.5, 0.75, 0.9].map(at) };
  });
  const band = (from: number, to: number, width: number, opacity: number) =>
    rows.map(({ rater, marks }) => ({
      type: 'line',
      data: [
        [marks[from], rater],
        [marks[to], rater],
      ],
      showSymbol: false,
      lineStyle: { width, opacity, color: '#0072b2', cap: 'round' },
    }));
  return svgChart(
    {
      grid: {
        left: 8,
        right: 16,
        top: 8,
        bottom: 36,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      xAxis: { type: 'value', name: 'rating − prediction', nameLocation: 'middle', nameGap: 26 },
      yAxis: { type: 'category', inverse: true, data: rows.map(({ rater }) => rater) },
      series: [
        ...band(0, 4, 3, 0.5),
        ...band(1, 3, 9, 0.7),
        {
          type: 'scatter',
          symbolSize: 8,
          z: 5,
          itemStyle: { color: '#d55e00' },
          data: rows.map(({ rater, marks }) => [marks[2], rater]),
        },
      ],
    },
    { width: 380, height: 70 + 30 * rows.length, title: 'Residuals by rater' },
  );
}
