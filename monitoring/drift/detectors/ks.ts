import { kolmogorovSmirnov } from '../../../statistics/ks.ts';
import { byTest } from './detector.ts';

/** Two-sided Kolmogorov-Smirnov test: sees any change in the distribution of a numeric column. */
export const ks = byTest('ks', ['numeric'], kolmogorovSmirnov);
