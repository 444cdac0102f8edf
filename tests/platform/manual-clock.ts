import type { Clock } from '../../platform/clock.ts';

/** A clock that stands still until `advance` moves it and runs the due tasks in order of time. */
export function manualClock(start = 0): Clock & { advance(ms: number): Promise<void> } {
  let time = start;
  let timers: { at: number; task: () => void }[] = [];
  // Two rounds of the event loop let promise chains started by a task reach their next wait.
  const settle = async () => {
    for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => time,
    after(ms, task) {
      const timer = { at: time + Math.max(0, ms), task };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      const end = time + ms;
      await settle();
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((other) => other !== next);
        time = Math.max(time, next.at);
        next.task();
        await settle();
      }
      time = end;
    },
  };
}
