/** Words of the pool's control block, in an `Int32Array`. */
const CONTROL = { left: 0, finished: 1, round: 2, operation: 3, stop: 4 } as const;
const CONTROL_WORDS = 16;

/** How often a thread reads a word before it sleeps until it changes: some microseconds. */
const SPINS = 2_000;

/** Runs one task of an operation. Tasks of one run share nothing that they write, so any thread may take any of them. */
export type RunTask = (operation: number, task: number) => void;

/** The shared memory through which the threads of a pool coordinate. */
export function createPoolControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));
}

/**
 * Takes tasks one by one until none is left. Because the counter counts down, late helpers do no harm: a claim above 0
 * always belongs to the current run, which cannot end before the claimed task.
 */
function takeTasks(control: Int32Array, runTask: RunTask): void {
  for (;;) {
    const claimed = Atomics.sub(control, CONTROL.left, 1);
    if (claimed <= 0) return;
    runTask(control[CONTROL.operation], claimed - 1);
    Atomics.add(control, CONTROL.finished, 1);
    Atomics.notify(control, CONTROL.finished);
  }
}

/** Waits until a word is no longer `value`. */
function waitWhile(control: Int32Array, word: number, value: number): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, word) !== value) return;
  Atomics.wait(control, word, value);
}

/** The leading thread's side of a pool: distributes the tasks of a run and works on them too. Helpers may join at any time, or never. */
export function leadPool(control: Int32Array, runTask: RunTask) {
  return {
    /** Runs tasks 0 … `tasks` − 1 of an operation; returns when all of them are done. */
    run(operation: number, tasks: number): void {
      // A single task is not worth waking a helper.
      if (tasks <= 1) {
        if (tasks === 1) runTask(operation, 0);
        return;
      }
      control[CONTROL.operation] = operation;
      Atomics.store(control, CONTROL.finished, 0);
      Atomics.store(control, CONTROL.left, tasks);
      Atomics.add(control, CONTROL.round, 1);
      Atomics.notify(control, CONTROL.round);
      takeTasks(control, runTask);
      for (;;) {
        const finished = Atomics.load(control, CONTROL.finished);
        if (finished === tasks) return;
        waitWhile(control, CONTROL.finished, finished);
      }
    },
    /** Lets the helpers exit. */
    stop(): void {
      Atomics.store(control, CONTROL.stop, 1);
      Atomics.add(control, CONTROL.round, 1);
      Atomics.notify(control, CONTROL.round);
    },
  };
}

/** The main loop of a helper thread: works on every run until the pool stops. */
export function joinPool(control: Int32Array, runTask: RunTask): void {
  while (Atomics.load(control, CONTROL.stop) === 0) {
    const round = Atomics.load(control, CONTROL.round);
    takeTasks(control, runTask);
    waitWhile(control, CONTROL.round, round);
  }
}
