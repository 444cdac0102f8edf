import { normedWasserstein } from '../../../statistics/wasserstein.ts';
import { byDistance } from './detector.ts';

/** Earth mover's distance in standard deviations of the reference. */
export const wasserstein = byDistance('wasserstein', ['numeric'], normedWasserstein);
