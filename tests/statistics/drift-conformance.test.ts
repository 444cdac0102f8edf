import { describe, expect, it } from 'vitest';
import { evidentlyBins } from '../../statistics/bins.ts';
import { chiSquareFit, chiSquareHomogeneity } from '../../statistics/chi-square.ts';
import { jensenShannonDistance } from '../../statistics/jensen-shannon.ts';
import { kolmogorovSmirnov } from '../../statistics/ks.ts';
import { populationStabilityIndex } from '../../statistics/psi.ts';
import { normedWasserstein, populationDeviation, wassersteinDistance } from '../../statistics/wasserstein.ts';
import { expectClose, missing, readData } from './conformance.ts';

const cases = missing ? [] : Object.entries<Reference>(JSON.parse(readData('conformance/drift.json')).cases);

interface Reference {
  numeric: Record<string, NumericReference>;
  categorical: Record<string, CategoricalReference>;
}

interface NumericReference {
  n_ref: number;
  n_cur: number;
  ks: { statistic: number; pvalue_scipy: number; scipy_method: string };
  wasserstein: { distance: number; std_ref_ddof0: number; normed_evidently: number };
  bins_evidently: { ref_counts: number[]; cur_counts: number[] };
  js: { evidently_base_e: number };
  psi: { evidently: number };
  value_counts: [number, number, number][];
}

interface CategoricalReference {
  chi2_evidently: { statistic: number | string; dof: number; pvalue: number };
  chi2_contingency: { statistic: number; dof: number; pvalue: number; cramers_v: number };
  js: { evidently_base_e: number };
  psi: { evidently: number };
  counts: Record<string, [number, number]>;
}

const repeat = (counts: [number, number, number][], side: 1 | 2) =>
  Float64Array.from(counts.flatMap((entry) => Array.from({ length: entry[side] }, () => entry[0])));

describe.skipIf(missing)(
  `drift statistics equal the reference numbers${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    for (const [name, { numeric, categorical }] of cases) {
      it.each(Object.entries(numeric))(`${name}: %s`, (_, wanted) => {
        const reference = repeat(wanted.value_counts, 1);
        const current = repeat(wanted.value_counts, 2);
        expect([reference.length, current.length]).toEqual([wanted.n_ref, wanted.n_cur]);

        const ks = kolmogorovSmirnov(reference, current);
        expectClose(ks.statistic, wanted.ks.statistic);
        expectClose(ks.pValue, wanted.ks.pvalue_scipy);
        expect(ks.method === 'exact').toBe(wanted.ks.scipy_method === 'exact');

        expectClose(wassersteinDistance(reference, current), wanted.wasserstein.distance);
        expectClose(populationDeviation(reference), wanted.wasserstein.std_ref_ddof0);
        expectClose(normedWasserstein(reference, current), wanted.wasserstein.normed_evidently);

        const bins = evidentlyBins(reference, current);
        expect(bins.reference).toEqual(wanted.bins_evidently.ref_counts);
        expect(bins.current).toEqual(wanted.bins_evidently.cur_counts);
        expectClose(jensenShannonDistance(bins.reference, bins.current), wanted.js.evidently_base_e);
        expectClose(populationStabilityIndex(bins.reference, bins.current), wanted.psi.evidently);
      });

      it.each(Object.entries(categorical))(`${name}: %s`, (_, wanted) => {
        const counts = Object.values(wanted.counts);
        const reference = counts.map((count) => count[0]);
        const current = counts.map((count) => count[1]);

        const fit = chiSquareFit(reference, current);
        expectClose(fit.statistic, Number(wanted.chi2_evidently.statistic));
        expectClose(fit.pValue, wanted.chi2_evidently.pvalue);
        expect(fit.degreesOfFreedom).toBe(wanted.chi2_evidently.dof);

        const both = chiSquareHomogeneity(reference, current);
        expectClose(both.statistic, wanted.chi2_contingency.statistic);
        expectClose(both.pValue, wanted.chi2_contingency.pvalue);
        expectClose(both.cramersV, wanted.chi2_contingency.cramers_v);
        expect(both.degreesOfFreedom).toBe(wanted.chi2_contingency.dof);

        expectClose(jensenShannonDistance(reference, current), wanted.js.evidently_base_e);
        expectClose(populationStabilityIndex(reference, current), wanted.psi.evidently);
      });
    }
  },
);
