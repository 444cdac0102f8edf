import { describe, expect, it } from 'vitest';
import { renderDriftPage } from '../../monitoring/drift-page.ts';
import { driftReport } from '../../monitoring/drift-report.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { seeded } from '../../platform/random.ts';

const hostile = '<img src=x onerror=alert(1)>';

function side(seed: number, rows: number, shift: number) {
  const random = seeded(seed, 'page');
  const values = () => Float64Array.from({ length: rows }, () => random.normal());
  return {
    columns: [
      { name: hostile, kind: 'numeric' as const, values: values().map((value) => value + shift) },
      { name: 'steady', kind: 'numeric' as const, values: values() },
      {
        name: 'action',
        kind: 'categorical' as const,
        values: values().map((value) => Math.trunc(Math.abs(value))),
        categories: ['shot', '"pass"', 'dribble', 'control', 'jump', 'squat'],
      },
    ],
    predictions: values().map((value) => value + shift),
    ids: Array.from({ length: rows }, (_, i) => `${hostile}-${i}`),
  };
}

const report = driftReport(side(1, 800, 0), side(2, 300, 1));

describe('renderDriftPage', () => {
  const page = renderDriftPage(report, 'Shots');

  it('says the verdict in words, with its numbers', () => {
    expect(page).toContain('<title>Some drift – Shots</title>');
    expect(page).toContain('1 of 3 columns drifted (300 rows against 800)');
    expect(page).toMatch(/a shift of (0\.9|1)/);
    expect(renderDriftPage(driftReport(side(1, 800, 0), side(2, 300, 0)))).toContain(
      '<title>No drift – Drift report</title>',
    );
    expect(renderDriftPage(driftReport(side(1, 800, 0), side(2, 20, 1)))).toContain(
      '50 rows are needed on both sides',
    );
  });

  it('shows each column and the predictions side by side, drifted ones first', () => {
    const labels = [...page.matchAll(/<svg role="img" aria-label="([^:]*):/g)].map((match) => match[1]);
    expect(labels).toEqual(['&lt;img src=x onerror=alert(1)&gt;', 'prediction', 'steady', 'action']);
    expect(page).toContain('reference</text>');
    expect(page).toContain('&quot;pass&quot;');
  });

  it('escapes every name and needs no network', () => {
    expect(page).not.toContain('<img');
    expect(page.replaceAll(/xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(
      /https?:|<script|<link|url\(\/|@import/,
    );
  });

  it('survives a side that holds nothing', () => {
    const empty = driftReport(side(1, 800, 0), side(2, 0, 0));
    expect(renderDriftPage(empty)).toContain('Not enough data');
  });
});

describe('metrics', () => {
  it('show the last report and the present champion', async () => {
    const metrics = createMetrics({ process: false });
    metrics.setDrift('shots', report, 1_700_000_000_000);
    metrics.setDrift('shots', driftReport(side(1, 1200, 0), side(2, 300, 1)), 1_700_000_060_000);
    metrics.setModel('shots', 1, 'abc');
    metrics.setModel('shots', 2, 'def');
    metrics.setModel('squats', 1, 'ghi');
    const text = await metrics.registry.metrics();
    expect(text).toContain('touchline_drift_verdict{product="shots",verdict="no_drift"} 1');
    expect(text).toContain('touchline_drift_verdict{product="shots",verdict="drift"} 0');
    expect(text).toContain('touchline_drift_column_drifted{product="shots",column="steady"} 0');
    expect(text).toContain('touchline_drift_last_check_timestamp_seconds{product="shots"} 1700000060');
    // The test of the first report gave way to that of the second.
    expect(text).toMatch(/drift_statistic\{product="shots",column="steady",test="wasserstein"\}/);
    expect(text).not.toMatch(/column="steady",test="ks"/);
    expect(text.match(/touchline_model_info\{.*/g)).toEqual([
      'touchline_model_info{product="shots",version="2",package="def"} 1',
      'touchline_model_info{product="squats",version="1",package="ghi"} 1',
    ]);
  });

  it('keep two apps in one process apart', async () => {
    const [a, b] = [createMetrics(), createMetrics()];
    a.predictions.inc({ product: 'shots', method: 'ml_trained', package: 'abc' }, 3);
    expect(await a.registry.metrics()).toContain(
      'touchline_predictions_total{product="shots",method="ml_trained",package="abc"} 3',
    );
    expect(await b.registry.metrics()).not.toContain('product="shots"');
    expect(await b.registry.metrics()).toContain('touchline_process_cpu');
  });
});
