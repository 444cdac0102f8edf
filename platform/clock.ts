/** Time as long-lived parts see it, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs `task` once after `ms`; the returned function cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until `advance` moves it and runs what fell due, in order of time. */
export function manualClock(start = 0): Clock & { advance(ms: number): Promise<void> } {
  let time = start;
  let timers: { at: number; task: () => void }[] = [];
  // Two turns of the event loop let promise chains that a task started reach their next wait.
  const settle = async () => {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
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
