import { ENGINE_BINS, engineEstimator } from '../../engines/engine-estimator.ts';
import { xgboost as engine } from '../../engines/xgboost/xgboost.ts';
import { BOOSTING } from '../../trees/settings.ts';

/**
 * XGBoost (Chen & Guestrin 2016) by its own library: histogram trees of limited depth. Categorical codes are numbers to
 * it, as they are to all trees here. Parameters have the names that `boosting` uses.
 */
export const xgboost = engineEstimator(
  engine,
  { ...BOOSTING.defaults, bins: 256 },
  { ...BOOSTING.bounds, bins: ENGINE_BINS },
);
