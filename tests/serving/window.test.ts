import { describe, expect, it } from 'vitest';
import { driftReport } from '../../monitoring/drift/report.ts';
import type { PredictionRecord } from '../../serving/runtime/prediction-log.ts';
import { sideOfRecords } from '../../serving/runtime/window.ts';

/** Thirtieths of a second, which float32 cannot represent exactly. */
const delay = (row: number) => (row % 7) / 30;

function record(row: number): PredictionRecord {
  return {
    id: `prediction-${row}`,
    product: 'movements',
    at: new Date(row * 1_000).toISOString(),
    package: 'a'.repeat(64),
    version: 1,
    method: 'ml_trained',
    value: 5,
    low: null,
    high: null,
    confidence: null,
    rulesScore: null,
    latencyMs: 1,
    caller: 'demo',
    features: { delay: delay(row) },
  };
}

describe('logged predictions in a drift report', () => {
  it('equal a float32 reference in their last digits', () => {
    const columns = [{ name: 'delay', kind: 'numeric' as const, description: 'Delay' }];
    const now = sideOfRecords(
      Array.from({ length: 140 }, (_, row) => record(row)),
      columns,
    );
    const sample = Array.from({ length: 140 }, (_, row) => Math.fround(delay(row)));
    const report = driftReport(
      { rows: 140, columns: [{ name: 'delay', kind: 'numeric', missing: 0, sample }], predictions: [] },
      now,
    );
    expect(report.columns[0].statistic).toBe(0);
    expect(now.ids).toHaveLength(140);
  });
});
