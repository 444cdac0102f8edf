/**
 * Limits how many pieces of work run at a time; the others wait, in order.
 * @param most pieces of work that may run at the same time, 1 or more.
 */
export function limitConcurrency(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((start) => waiting.push(start));
    else running++;
    try {
      return await work();
    } finally {
      // The slot is handed on, so that work which arrives now cannot overtake.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** Runs tasks, at most `most` at a time. @returns results in the order of the tasks @throws the first failure; no further task starts */
export async function mapLimit<T>(tasks: readonly (() => Promise<T>)[], most: number): Promise<T[]> {
  const results = new Array<T>(tasks.length);
  let next = 0;
  let failed = false;
  const runTasks = async () => {
    while (next < tasks.length && !failed) {
      const index = next++;
      try {
        results[index] = await tasks[index]();
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(most, tasks.length)) }, runTasks));
  return results;
}
