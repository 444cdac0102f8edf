import { describe, expect, it } from 'vitest';
import { baselineText, candidateTable, etlText, panelText } from '../../cli/text.ts';
import type { CandidateSummary } from '../../pipelines/jobs.ts';

const baseline = {
  name: 'mean',
  validation: { mae: 0.5135, r2: Number.NaN },
  gain: { difference: 0.0214, low: -0.0417, high: 0.1212 },
};

describe('the text of a run', () => {
  it.each([
    [1, '3 read, 2 accepted, 0 rejected, 1 duplicate in 0.5 s'],
    [0, '2 read, 2 accepted, 0 rejected, 0 duplicates in 0.5 s'],
  ])('counts %i duplicates in words', (duplicates, text) => {
    const counts = { read: 2 + duplicates, accepted: 2, rejected: 0, duplicates, rejects: [] };
    expect(etlText({ ...counts, seconds: 0.5 })).toBe(text);
  });

  it('mentions the baseline only if no candidate is significantly better', () => {
    expect(baselineText(baseline, { estimator: 'forest' }, 'absolute error (points)')).toBe(
      'No candidate is significantly better than the mean on the validation part: forest lowers the absolute error (points) by 0.0214 [-0.0417, 0.1212].',
    );
    const clear = { ...baseline, gain: { difference: 1, low: 0.5, high: 2 } };
    expect(baselineText(clear, { estimator: 'forest' }, 'points')).toBeUndefined();
  });

  it('lists the baseline below the candidates with the same metrics', () => {
    const candidates: CandidateSummary[] = [
      {
        run: 'one',
        estimator: 'forest',
        package: 'a'.repeat(64),
        seconds: 1,
        validation: { mae: 0.4921, r2: 0.1 },
      },
      { run: 'two', estimator: 'neural', refused: 'too few rows', seconds: 0, validation: {} },
    ];
    const lines = candidateTable(candidates, { run: 'one' }, { metrics: ['mae', 'r2'] }, baseline).split(
      '\n',
    );
    expect(lines.find((line) => line.includes('forest (best)'))).toMatch(/0\.4921/);
    expect(lines.find((line) => line.includes('neural'))).toMatch(/too few rows/);
    expect(lines.find((line) => line.includes('mean (baseline)'))).toMatch(/0\.5135 .* –/);
  });

  it('reports the agreement of the experts as far as it is known', () => {
    const raters = ['ada', 'ben'].map((rater) => ({ rater, bias: 0, spread: 0.5, count: 9 }));
    const between = { value: 0.8115, low: 0.75, high: 0.86 };
    const text = panelText({
      ...{ raters, items: 1200, noiseCeiling: { mae: 0.1615, rmse: 0.21, r2: 0.72 } },
      icc: { single: between, average: { ...between, value: 0.9556 }, items: 100, experts: 2 },
    });
    expect(text.split('\n')).toEqual([
      'Panel: 2 experts, 1,200 rated items.',
      '  Agreement on the 100 items that all of them rated: ICC(2,1) 0.8115 [0.7500, 0.8600], ICC(2,k) 0.9556 [0.7500, 0.8600].',
      '  One expert against the mean of the others: mae 0.1615, rmse 0.21, r2 0.72.',
    ]);
    expect(panelText({ raters, items: 3 })).toBe('Panel: 2 experts, 3 rated items.');
  });
});
