import { catalogOf } from '../../platform/catalog.ts';
import type { Estimator } from '../estimator.ts';
import { boosting } from './boosting/boosting.ts';
import { ensemble } from './ensemble/ensemble.ts';
import { forest } from './forest/forest.ts';
import { lightgbm } from './lightgbm/lightgbm.ts';
import { linear } from './linear/linear.ts';
import { neural } from './neural/neural.ts';
import { xgboost } from './xgboost/xgboost.ts';

/** Every estimator, each in a folder of its own. */
export const ESTIMATORS = catalogOf<Estimator>('estimator', [
  linear,
  forest,
  boosting,
  neural,
  ensemble,
  xgboost,
  lightgbm,
]);
