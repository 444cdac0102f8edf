/** Lets at most `most` pieces of work run at a time; the others wait for their turn, in order. */
export function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      // A turn is handed on, so that nobody who comes just now takes it first.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
