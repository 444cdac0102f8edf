import type { Matrix } from '../../datasets/matrix.ts';
import { svgChart } from '../../platform/charts.ts';
import { type Html, html, table } from '../../platform/html.ts';
import { reliabilityBins } from '../../statistics/calibration-error.ts';
import { diagonal } from './scores.ts';

const UNIT = [0, 1] as const;
const BINS = 20;

/** Charts of a binary model: reliability, predictions by outcome, ROC curve, confusion matrix at 0.5. */
export function probabilitiesSection(validation: Matrix, predicted: Float64Array): Html {
  const { target } = validation;
  return html`
<div class="grid">
<figure class="panel"><h3>Calibration</h3>${reliability(target, predicted)}
<figcaption class="muted">Share of positive outcomes by predicted probability; larger points stand for more rows.</figcaption></figure>
<figure class="panel"><h3>Predicted against actual</h3>${byOutcome(target, predicted)}
<figcaption class="muted">Share of the rows of each outcome by predicted probability.</figcaption></figure>
<figure class="panel"><h3>ROC curve</h3>${roc(target, predicted)}
<figcaption class="muted">True positives against false positives over all thresholds.</figcaption></figure>
<section class="panel"><h3>Confusion matrix at 0.5</h3>${confusion(target, predicted)}</section>
</div>`;
}

const unitAxes = (x: string, y: string) => ({
  grid: {
    left: 26,
    right: 16,
    top: 12,
    bottom: 36,
    outerBoundsMode: 'same',
    outerBoundsContain: 'axisLabel',
  },
  xAxis: { type: 'value', name: x, nameLocation: 'middle', nameGap: 26, min: 0, max: 1 },
  yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 38, min: 0, max: 1 },
});

function reliability(target: Float64Array, predicted: Float64Array): Html {
  const bins = reliabilityBins(target, predicted, 10);
  const most = Math.max(...bins.map((bin) => bin.n));
  return svgChart(
    {
      ...unitAxes('predicted', 'outcome 1'),
      series: [
        {
          type: 'line',
          data: bins.map((bin) => [Number(bin.predicted.toFixed(4)), Number(bin.actual.toFixed(4)), bin.n]),
          symbol: 'circle',
          symbolSize: (point: number[]) => 5 + 15 * Math.sqrt(point[2] / most),
        },
        diagonal(UNIT),
      ],
    },
    { width: 380, height: 330, title: 'Share of outcomes 1 by predicted probability' },
  );
}

function byOutcome(target: Float64Array, predicted: Float64Array): Html {
  const counts = [new Array<number>(BINS).fill(0), new Array<number>(BINS).fill(0)];
  predicted.forEach((p, row) => {
    counts[target[row]][Math.min(BINS - 1, Math.floor(p * BINS))]++;
  });
  const series = counts.map((own, outcome) => {
    const total = Math.max(
      1,
      own.reduce((a, b) => a + b, 0),
    );
    return {
      type: 'line',
      step: 'middle',
      name: `outcome ${outcome}`,
      showSymbol: false,
      areaStyle: { opacity: 0.2 },
      data: own.map((count, bin) => [(bin + 0.5) / BINS, Number((count / total).toFixed(4))]),
    };
  });
  const axes = unitAxes('predicted', 'share of rows');
  return svgChart(
    {
      ...axes,
      grid: { ...axes.grid, top: 34 },
      legend: { top: 0, itemGap: 18, itemWidth: 18 },
      yAxis: { ...axes.yAxis, max: undefined },
      series,
    },
    { width: 380, height: 330, title: 'Distribution of predictions for each outcome' },
  );
}

/** Points of the curve, reduced to a hundred. */
function roc(target: Float64Array, predicted: Float64Array): Html {
  const order = Array.from(predicted, (_, i) => i).sort((a, b) => predicted[b] - predicted[a]);
  const ones = target.reduce((sum, y) => sum + y, 0);
  const zeros = target.length - ones;
  const points: [number, number][] = [[0, 0]];
  let hits = 0;
  let misses = 0;
  const every = Math.max(1, Math.floor(order.length / 100));
  order.forEach((row, k) => {
    if (target[row] === 1) hits++;
    else misses++;
    const tied = k + 1 < order.length && predicted[order[k + 1]] === predicted[row];
    if (!tied && (k % every === 0 || k + 1 === order.length))
      points.push([misses / Math.max(1, zeros), hits / Math.max(1, ones)]);
  });
  points.push([1, 1]);
  const data = points.map(([x, y]) => [Number(x.toFixed(4)), Number(y.toFixed(4))]);
  return svgChart(
    {
      ...unitAxes('false positives', 'true positives'),
      series: [{ type: 'line', showSymbol: false, data }, diagonal(UNIT)],
    },
    { width: 380, height: 330, title: 'ROC curve' },
  );
}

function confusion(target: Float64Array, predicted: Float64Array): Html {
  const cells = [
    [0, 0],
    [0, 0],
  ];
  predicted.forEach((p, row) => {
    cells[target[row]][p >= 0.5 ? 1 : 0]++;
  });
  const share = (count: number) => `${((100 * count) / Math.max(1, target.length)).toFixed(1)} %`;
  return table(
    'Confusion matrix at 0.5',
    ['actual', 'predicted 0', 'predicted 1'],
    cells.map((row, outcome) => [
      `outcome ${outcome}`,
      ...row.map(
        (count) => html`${count.toLocaleString('en')}<br><span class="muted">${share(count)}</span>`,
      ),
    ]),
  );
}
