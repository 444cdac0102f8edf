import { setImmediate } from 'node:timers/promises';
import type { FeatureColumn, Matrix } from '../../datasets/matrix.ts';
import type { ModelDefinition } from '../../models/definition.ts';
import { explainerOf } from '../../models/explain/explain.ts';
import { svgChart } from '../../platform/charts.ts';
import { type Html, html } from '../../platform/html.ts';
import { sampleRows } from '../reference-profile.ts';

export interface Importance {
  column: FeatureColumn;
  /** Mean absolute Shapley value over the rows, in units of the raw output (points, or log-odds). */
  value: number;
}

const BACKGROUND_ROWS = 32;
const SHOWN_COLUMNS = 15;
/** Validation rows: at least the fewest, then as many as fit into the time, at most the most. */
const FEWEST_ROWS = 5;
const MOST_ROWS = 200;
const BUDGET_MS = 2_000;

/**
 * How much each column moves the predictions, in descending order: mean |SHAP| over a seeded sample of validation rows
 * that takes about two seconds.
 */
export async function importanceOf(
  definition: ModelDefinition,
  train: Matrix,
  validation: Matrix,
  { seed, signal }: { seed: number; signal?: AbortSignal },
): Promise<Importance[]> {
  const width = definition.columns.length;
  const rowOf = (matrix: Matrix, row: number) => matrix.values.subarray(row * width, (row + 1) * width);
  const background = sampleRows(train.rows.length, BACKGROUND_ROWS, seed, 'background').map((row) =>
    Array.from(rowOf(train, row), (x) => (Number.isNaN(x) ? null : x)),
  );
  const explain = explainerOf(definition, { background });
  const sums = new Float64Array(width);
  let rows = 0;
  const started = performance.now();
  for (const row of sampleRows(validation.rows.length, MOST_ROWS, seed, 'importance')) {
    const { values } = explain(rowOf(validation, row).slice());
    values.forEach((value, j) => {
      sums[j] += Math.abs(value);
    });
    rows++;
    if (rows >= FEWEST_ROWS && performance.now() - started > BUDGET_MS) break;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return definition.columns
    .map((column, j) => ({ column, value: sums[j] / Math.max(1, rows) }))
    .sort((a, b) => b.value - a.value);
}

export function importanceSection(importance: readonly Importance[], unit: string): Html {
  const shown = importance.slice(0, SHOWN_COLUMNS).filter(({ value }) => value > 0);
  if (shown.length === 0) return html`<p class="muted">No column moves the predictions.</p>`;
  const chart = svgChart(
    {
      grid: {
        // Text is measured without its font here, which makes it some letters too short.
        left: 28,
        right: 16,
        top: 8,
        bottom: 36,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      xAxis: { type: 'value', name: `mean |SHAP|, ${unit}`, nameLocation: 'middle', nameGap: 26 },
      yAxis: {
        type: 'category',
        inverse: true,
        data: shown.map(({ column }) => column.name),
        axisLabel: { width: 240, overflow: 'break' },
      },
      series: [{ type: 'bar', data: shown.map(({ value }) => Number(value.toPrecision(4))) }],
    },
    { width: 420, height: 70 + 22 * shown.length, title: 'Mean absolute Shapley value by column' },
  );
  return html`<div class="grid">
<figure class="panel">${chart}</figure>
<section class="panel"><h3>What these columns are</h3>
<ul>${shown.map(({ column }) => html`<li><strong>${column.name}</strong>: ${column.description}</li>\n`)}</ul></section>
</div>`;
}
