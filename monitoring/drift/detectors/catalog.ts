import { catalogOf } from '../../../platform/catalog.ts';
import { chiSquare } from './chi-square.ts';
import { chiSquareFit } from './chi-square-fit.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { ks } from './ks.ts';
import { psi } from './psi.ts';
import { wasserstein } from './wasserstein.ts';
import { zProportions } from './z-proportions.ts';

/**
 * Every drift detector by name.
 * @example
 * DETECTORS.named('psi').decidesBy; // => 'distance'
 */
export const DETECTORS = catalogOf('drift detector', [
  ks,
  wasserstein,
  psi,
  jensenShannon,
  chiSquare,
  chiSquareFit,
  zProportions,
]);

export type DetectorName = (typeof DETECTORS.entries)[number]['name'];
