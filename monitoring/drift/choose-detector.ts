import { countDistinct } from '../../statistics/bins.ts';
import type { DetectorName } from './detectors/catalog.ts';
import { chiSquare } from './detectors/chi-square.ts';
import { chiSquareFit } from './detectors/chi-square-fit.ts';
import type { ColumnKind, Detector } from './detectors/detector.ts';
import { jensenShannon } from './detectors/jensen-shannon.ts';
import { ks } from './detectors/ks.ts';
import { wasserstein } from './detectors/wasserstein.ts';
import { zProportions } from './detectors/z-proportions.ts';

/** Up to this many reference values a p-value decides; beyond it every change is significant, so a distance decides. */
const SMALL_REFERENCE = 1000;
/** Numeric columns with at most this many distinct values are compared value by value. */
const FEW_VALUES = 5;

/**
 * Chooses the detector for a column by type and size, as Evidently does. Numeric: KS up to 1,000 reference values,
 * normalised Wasserstein distance above. Categorical, or at most 5 distinct values: chi-square (z-test for two values) up
 * to 1,000, Jensen-Shannon distance above.
 * @param plain uses Evidently's chi-square (goodness of fit to the reference) in place of the two-sample test.
 * @example
 * chooseDetector('numeric', [1, 2, 3, 4, 5, 6], [1, 2]).name; // => 'ks'
 * chooseDetector('categorical', [0, 1, 2], [0, 1]).name; // => 'chi-square'
 */
export function chooseDetector(
  kind: ColumnKind,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  plain = false,
): Detector<DetectorName> {
  const distinct = countDistinct([reference, current], FEW_VALUES);
  const byValue = kind === 'categorical' || distinct <= FEW_VALUES;
  if (reference.length > SMALL_REFERENCE) return byValue ? jensenShannon : wasserstein;
  if (!byValue) return ks;
  if (distinct <= 2) return zProportions;
  return plain ? chiSquareFit : chiSquare;
}

/** The test whose p-value tells whether a distance could be chance. */
export function companionTest(
  kind: ColumnKind,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): Detector<DetectorName> {
  const few = kind === 'categorical' || countDistinct([reference, current], FEW_VALUES) <= FEW_VALUES;
  return few ? chiSquare : ks;
}
