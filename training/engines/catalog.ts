import { catalogOf } from '../../platform/catalog.ts';
import type { Engine } from './engine.ts';
import { lightgbm } from './lightgbm/lightgbm.ts';
import { xgboost } from './xgboost/xgboost.ts';

/** Every official library that can be installed. */
export const ENGINES = catalogOf<Engine>('engine', [xgboost, lightgbm]);
