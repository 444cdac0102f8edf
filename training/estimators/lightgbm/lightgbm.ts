import { ENGINE_BINS, engineEstimator } from '../../engines/engine-estimator.ts';
import { lightgbm as engine } from '../../engines/lightgbm/lightgbm.ts';
import { BOOSTING } from '../../trees/settings.ts';

/**
 * LightGBM (Ke et al. 2017) by its own library: histogram trees that grow leaf by leaf, so `leaves` bounds them besides
 * `depth`. `minChildWeight` is the least sum of second derivatives in a leaf, `minLeafRows` the fewest rows.
 */
export const lightgbm = engineEstimator(
  engine,
  { ...BOOSTING.defaults, lambda: 0, minChildWeight: 1e-3, leaves: 31, minLeafRows: 20 },
  {
    ...BOOSTING.bounds,
    bins: ENGINE_BINS,
    leaves: { low: 2, high: 131_072, whole: true },
    minLeafRows: { low: 0, high: 1e9, whole: true },
  },
);
