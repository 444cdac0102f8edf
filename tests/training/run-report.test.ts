import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../datasets/matrix.ts';
import { seeded } from '../../platform/random.ts';
import { trainCandidate } from '../../training/candidate.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import { raterModelOf } from '../../training/rater-model.ts';
import { importanceOf } from '../../training/report/importance.ts';
import { renderRunReport } from '../../training/run-report.ts';
import { smallMatrix } from './fixtures.ts';

/** Three experts of different strictness score every row. */
function rated(matrix: Matrix): Matrix {
  const random = seeded(3);
  const score = (row: number, j: number) => matrix.target[row] + j - 1 + 0.3 * random.normal();
  return {
    ...matrix,
    rows: matrix.rows.map((row, i) => ({
      ...row,
      ratings: [0, 1, 2].map((j) => ({ rater: `expert <${j}>`, score: score(i, j) })),
    })),
  };
}

async function reported(task: 'regression' | 'binary') {
  const train = rated(smallMatrix(400, { task, seed: 1, missing: 0.05 }));
  const validation = rated(smallMatrix(150, { task, seed: 2, missing: 0.05 }));
  const curves: { name: string; value: number; step: number }[] = [];
  const candidate = await trainCandidate({
    estimator: ESTIMATORS.named('boosting'),
    params: { trees: 30 },
    train,
    validation,
    product: 'example',
    task,
    ...(task === 'regression' ? { scale: [0, 10] as const, intervalColumn: 'kind' } : {}),
    seed: 1,
    log: { metric: (name, value, step) => curves.push({ name, value, step }), progress: () => {} },
    threads: 0,
    features: { set: 'example', version: 1, fitted: {} },
  });
  const { definition, validation: metrics, notes } = candidate;
  const raters = raterModelOf(train);
  const page = await renderRunReport({
    ...{ title: 'Example & Co', definition, train, validation, metrics, curves, notes, raters, seed: 1 },
  });
  return { page, definition, train, validation };
}

describe('run report', () => {
  it.each([
    [
      'regression',
      [
        'Predicted against actual',
        'Residuals',
        'Calibration',
        'Residuals by rater',
        'ICC(2,1)',
        'Interval: ±',
      ],
    ],
    ['binary', ['Predicted against actual', 'Calibration', 'ROC curve', 'Confusion matrix at 0.5']],
  ] as const)('shows what it must for %s, without a network or a script', async (task, parts) => {
    const { page } = await reported(task);
    for (const part of [...parts, 'What moves the predictions', 'Learning curves', 'Example &amp; Co'])
      expect(page).toContain(part);
    expect(page).not.toMatch(/<script|<link|(?:src|href)="|url\(http/i);
    expect(page).not.toMatch(/\b(NaN|undefined|Infinity)\b/);
    expect(page).not.toContain('expert <0>');
  });

  it('ranks columns by how much they move predictions', async () => {
    const { definition, train, validation } = await reported('regression');
    const importance = await importanceOf(definition, train, validation, { seed: 1 });
    const ranks = importance.map(({ column }) => column.name);
    expect(ranks[0]).toBe('a');
    expect(ranks.slice(0, 3).sort()).toEqual(['a', 'b', 'kind']);
    expect(importance.find(({ column }) => column.name === 'constant')?.value).toBeLessThan(0.05);
  });
});
