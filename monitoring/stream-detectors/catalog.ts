import { catalogOf } from '../../platform/catalog.ts';
import { adwin } from './adwin.ts';
import { pageHinkley } from './page-hinkley.ts';

/**
 * Every stream detector by name; each watches the predictions of every product.
 * @example
 * const run = STREAM_DETECTORS.named('page-hinkley').start({ mean: 0, deviation: 1 });
 * const alarms = Array.from({ length: 200 }, (_, i) => i).filter((i) => run.update(i < 100 ? 0 : 2));
 * alarms[0] > 100 && alarms[0] < 130; // => true
 */
export const STREAM_DETECTORS = catalogOf('stream detector', [pageHinkley, adwin]);

export type StreamDetectorName = (typeof STREAM_DETECTORS.entries)[number]['name'];
