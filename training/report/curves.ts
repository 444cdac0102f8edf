import { svgChart } from '../../platform/charts.ts';
import { type Html, html } from '../../platform/html.ts';
import type { MetricPoint } from '../../platform/tracking/tracking.ts';

/** Curves of one family share a chart: `boosting/validation_rmse` belongs to `boosting/rmse`. */
function familyOf(name: string): string {
  return name.replace(/(^|\/)(train|validation|straight|bent)_/, '$1');
}

/** Learning curves, one chart per family. */
export function curvesSection(curves: readonly MetricPoint[]): Html {
  const families = new Map<string, Map<string, [number, number][]>>();
  for (const { name, value, step } of curves) {
    if (!Number.isFinite(value)) continue;
    const lines = families.get(familyOf(name)) ?? new Map<string, [number, number][]>();
    families.set(familyOf(name), lines);
    lines.set(name, [...(lines.get(name) ?? []), [step, value]]);
  }
  const drawn = [...families].filter(([, lines]) => [...lines.values()].some((line) => line.length > 1));
  if (drawn.length === 0) return html`<p class="muted">This estimator is not fitted in steps.</p>`;
  return html`<div class="grid">${drawn.map(([family, lines]) => html`<figure class="panel"><h3>${family}</h3>${chart(family, lines)}</figure>`)}</div>`;
}

function chart(family: string, lines: Map<string, [number, number][]>): Html {
  return svgChart(
    {
      grid: {
        left: 8,
        right: 16,
        top: 34,
        bottom: 34,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      legend: { top: 0, itemGap: 18, itemWidth: 18 },
      xAxis: {
        type: 'value',
        name: 'step',
        nameLocation: 'middle',
        nameGap: 24,
        min: 'dataMin',
      },
      yAxis: { type: 'value', scale: true },
      series: [...lines].map(([name, points]) => ({
        type: 'line',
        name: name.replace(/^.*\//, ''),
        data: points,
        showSymbol: false,
      })),
    },
    { width: 380, height: 240, title: `${family} by step` },
  );
}
