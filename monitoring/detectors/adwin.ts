import { Adwin, type AdwinOptions } from '../../statistics/adwin.ts';
import type { StreamDetector } from './detector.ts';

/** ADWIN, started afresh after each alarm, so that one change is one alarm. Needs no scale and no reference. */
export function adwinDetector(options: Partial<AdwinOptions> = {}): StreamDetector {
  let adwin = new Adwin(options);
  return {
    name: 'adwin',
    update(value) {
      const alarm = adwin.update(value);
      if (alarm) adwin = new Adwin(options);
      return alarm;
    },
  };
}
