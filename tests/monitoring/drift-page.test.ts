import { describe, expect, it } from 'vitest';
import { renderDriftPage } from '../../monitoring/drift/page.ts';
import { driftReport } from '../../monitoring/drift/report.ts';
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

  it('states the verdict in words and numbers', () => {
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

  it('shows reference and current values of each column and of the predictions, drifted ones first', () => {
    const labels = [...page.matchAll(/<svg role="img" aria-label="([^:]*):/g)].map((match) => match[1]);
    expect(labels).toEqual(['&lt;img src=x onerror=alert(1)&gt;', 'prediction', 'steady', 'action']);
    expect(page).toContain('reference</text>');
    expect(page).toContain('&quot;pass&quot;');
  });

  it('escapes every name and loads nothing over the network', () => {
    expect(page).not.toContain('<img');
    expect(page.replaceAll(/xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(
      /https?:|<script|<link|url\(\/|@import/,
    );
  });

  it('folds away the stable columns of a wide product, but none that drifted', () => {
    const wide = (seed: number, shift: number) => {
      const random = seeded(seed, 'wide');
      const values = (moved: number) => Float64Array.from({ length: 400 }, () => random.normal() + moved);
      return {
        columns: Array.from({ length: 40 }, (_, j) => ({
          name: `column ${j}`,
          kind: 'numeric' as const,
          values: values(j === 7 ? shift : 0),
        })),
      };
    };
    const parts = renderDriftPage(driftReport(wide(1, 0), wide(2, 2))).split('<details>');
    expect(parts).toHaveLength(2);
    expect(parts[0].match(/<svg/g)).toHaveLength(1);
    expect(parts[0]).toContain('column 7');
    expect(parts[1]).toContain('<summary>39 stable columns</summary>');
    expect(parts[1].match(/<svg/g)).toHaveLength(39);
    expect(page).toContain('<details open>');
    expect(page).toContain('2 stable columns');
  });

  it('renders a report whose current side is empty', () => {
    const empty = driftReport(side(1, 800, 0), side(2, 0, 0));
    expect(renderDriftPage(empty)).toContain('Not enough data');
  });
});
