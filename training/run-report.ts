import type { Matrix } from '../datasets/matrix.ts';
import type { ModelDefinition } from '../models/definition.ts';
import { predictAll } from '../models/predict.ts';
import { html, page, table } from '../platform/html.ts';
import type { MetricPoint, Param } from '../platform/tracking/tracking.ts';
import type { RaterModel } from './rater-model.ts';
import { curvesSection } from './report/curves.ts';
import { importanceOf, importanceSection } from './report/importance.ts';
import { probabilitiesSection } from './report/probabilities.ts';
import { ratersSection } from './report/raters.ts';
import { scoresSection } from './report/scores.ts';

export interface RunReport {
  title: string;
  definition: ModelDefinition;
  train: Matrix;
  validation: Matrix;
  /** Validation metrics by name. */
  metrics: Readonly<Record<string, number>>;
  curves: readonly MetricPoint[];
  notes: Readonly<Record<string, Param>>;
  /** The experts who rated the training part. */
  raters?: RaterModel;
  seed: number;
  signal?: AbortSignal;
}

const readable = (value: Param): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(5))) : String(value);

/**
 * Renders a training run as a self-contained HTML page: metrics, predicted against actual values, calibration, residuals
 * by rater or confusion matrix, importance and learning curves, all on the validation part.
 */
export async function renderRunReport(report: RunReport): Promise<string> {
  const { definition, train, validation, metrics, seed } = report;
  const predicted = predictAll(definition, validation.values);
  const importance = await importanceOf(definition, train, validation, report);
  const binary = definition.task === 'binary';
  const body = html`<h1>${report.title}</h1>
<p class="muted">Fitted on ${train.rows.length.toLocaleString('en')} rows; everything below is measured on the ${validation.rows.length.toLocaleString('en')} rows of the validation part, which also set calibration and stopping: expect slightly worse results on new data.</p>
<div class="grid">
<section class="panel"><h3>Metrics</h3>${table(
    'Metrics on the validation part',
    ['metric', 'value'],
    Object.entries(metrics).map(([name, value]) => [name, Number(value.toFixed(4))]),
  )}</section>
<section class="panel"><h3>Fit</h3>${table(
    'Fit',
    ['name', 'value'],
    Object.entries(report.notes).map(([name, value]) => [name, readable(value)]),
  )}</section>
</div>
<h2>Predictions</h2>
${binary ? probabilitiesSection(validation, predicted) : scoresSection(validation, predicted, { seed, scale: definition.scale, interval: definition.interval })}
${!binary && ratersSection(validation, predicted, report.raters, metrics.mae)}
<h2>What moves the predictions</h2>
${importanceSection(importance, binary ? 'log-odds' : 'points')}
<h2>Learning curves</h2>
${curvesSection(report.curves)}`;
  return page({ title: report.title, body });
}
