import { kolmogorovSmirnov } from '../../statistics/ks.ts';
import { byTest } from './detector.ts';

/** Kolmogorov-Smirnov, two-sided: any change of a numeric column, with a p-value. */
export const ks = byTest('ks', ['numeric'], kolmogorovSmirnov);
