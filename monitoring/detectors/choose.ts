import { countDistinct } from '../../statistics/bins.ts';
import { chiSquare } from './chi-square.ts';
import { chiSquareFitDetector } from './chi-square-fit.ts';
import type { ColumnKind, Detector, DetectorName } from './detector.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { ks } from './ks.ts';
import { psi } from './psi.ts';
import { wasserstein } from './wasserstein.ts';
import { zProportions } from './z-proportions.ts';

export const DETECTORS: Readonly<Record<DetectorName, Detector>> = {
  ks,
  wasserstein,
  psi,
  'jensen-shannon': jensenShannon,
  'chi-square': chiSquare,
  'chi-square-fit': chiSquareFitDetector,
  'z-proportions': zProportions,
};

/** Up to so many reference values a p-value decides; beyond, with everything significant, a distance does. */
const SMALL = 1000;
/** Numeric columns with no more different values are compared value by value. */
const FEW_VALUES = 5;

/**
 * The detector for a column by type and size, as Evidently chooses: numeric KS up to 1,000 reference values, normalised
 * Wasserstein above; categorical, or at most 5 different values: chi-square (z for two), above 1,000 Jensen-Shannon.
 * @param plain Evidently's chi-square (fit to the reference) in place of the two-sample one.
 */
export function chooseDetector(
  kind: ColumnKind,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  plain = false,
): Detector {
  const distinct = countDistinct([reference, current], FEW_VALUES);
  const byValue = kind === 'categorical' || distinct <= FEW_VALUES;
  if (reference.length > SMALL) return byValue ? jensenShannon : wasserstein;
  if (!byValue) return ks;
  if (distinct <= 2) return zProportions;
  return plain ? chiSquareFitDetector : chiSquare;
}

/** The test whose p-value says whether a distance could be chance. */
export function companionTest(
  kind: ColumnKind,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): Detector {
  const few = kind === 'categorical' || countDistinct([reference, current], FEW_VALUES) <= FEW_VALUES;
  return few ? chiSquare : ks;
}
