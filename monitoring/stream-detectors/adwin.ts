import { Adwin } from '../../statistics/adwin.ts';
import type { StreamDetector } from './stream-detector.ts';

/** ADWIN, restarted after each alarm so that one change raises one alarm. It needs no reference. */
export const adwin: StreamDetector<'adwin'> = {
  name: 'adwin',
  start() {
    let window = new Adwin();
    return {
      update(value) {
        const alarm = window.update(value);
        if (alarm) window = new Adwin();
        return alarm;
      },
    };
  },
};
