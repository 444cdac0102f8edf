import { describe, expect, it } from 'vitest';
import { baselineText, candidateTable, panelText } from '../../cli/text.ts';
import type { Candidate } from '../../pipelines/jobs.ts';

const baseline = {
  name: 'mean',
  validation: { mae: 0.5135, r2: Number.NaN },
  gain: { difference: 0.0214, low: -0.0417, high: 0.1212 },
};

describe('what a run says', () => {
  it('names a baseline that nothing surely beats, and is silent about one that is beaten', () => {
    expect(baselineText(baseline, { estimator: 'forest' }, 'absolute error (points)')).toBe(
      'No candidate surely beats the mean on the validation part: forest has its absolute error (points) lower by 0.0214 [-0.0417, 0.1212].',
    );
    const beaten = { ...baseline, gain: { difference: 1, low: 0.5, high: 2 } };
    expect(baselineText(beaten, { estimator: 'forest' }, 'points')).toBeUndefined();
  });

  it('shows the baseline under the candidates, by the same metrics', () => {
    const candidates: Candidate[] = [
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
    expect(lines.find((line) => line.includes('mean (baseline)'))).toMatch(/0\.5135 .* NaN/);
  });

  it('says how far the experts agree, with what is known of it', () => {
    const raters = ['ada', 'ben'].map((rater) => ({ rater, bias: 0, spread: 0.5, count: 9 }));
    const between = { value: 0.8115, low: 0.75, high: 0.86 };
    const text = panelText({
      ...{ raters, items: 1200, noiseCeiling: { mae: 0.1615, rmse: 0.21, r2: 0.72 } },
      icc: { single: between, average: { ...between, value: 0.9556 }, items: 100, experts: 2 },
    });
    expect(text.split('\n')).toEqual([
      'Panel: 2 experts, 1,200 rated items.',
      '  Agreement on the 100 that all of them rated: ICC(2,1) 0.8115 [0.7500, 0.8600], ICC(2,k) 0.9556 [0.7500, 0.8600].',
      '  An expert against the mean of the others: mae 0.1615, rmse 0.21, r2 0.72.',
    ]);
    expect(panelText({ raters, items: 3 })).toBe('Panel: 2 experts, 3 rated items.');
  });
});
