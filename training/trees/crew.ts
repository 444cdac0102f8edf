/** Words of the control block of a crew, in `Int32Array`. */
const CONTROL = { left: 0, finished: 1, round: 2, operation: 3, stop: 4 } as const;
const CONTROL_WORDS = 16;

/** Looks at a word before a thread goes to sleep over it: some microseconds. */
const SPINS = 2_000;

/** Does task `task` of an operation. Tasks of one run touch nothing in common, so who does which has no effect. */
export type Perform = (operation: number, task: number) => void;

export function crewControl(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));
}

/**
 * Takes tasks one by one until none is left. Counting down keeps late helpers harmless: a claim above 0 always belongs
 * to the present run, which cannot end before the task that was claimed.
 */
function takeTasks(control: Int32Array, perform: Perform): void {
  for (;;) {
    const claimed = Atomics.sub(control, CONTROL.left, 1);
    if (claimed <= 0) return;
    perform(control[CONTROL.operation], claimed - 1);
    Atomics.add(control, CONTROL.finished, 1);
    Atomics.notify(control, CONTROL.finished);
  }
}

/** Waits until a word is no longer `value`. */
function waitWhile(control: Int32Array, word: number, value: number): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, word) !== value) return;
  Atomics.wait(control, word, value);
}

/** The thread that leads: gives out runs of tasks, and works on them too. Helpers may join at any time, or never. */
export function leadCrew(control: Int32Array, perform: Perform) {
  return {
    run(operation: number, tasks: number): void {
      // One task is not worth waking anybody.
      if (tasks <= 1) {
        if (tasks === 1) perform(operation, 0);
        return;
      }
      control[CONTROL.operation] = operation;
      Atomics.store(control, CONTROL.finished, 0);
      Atomics.store(control, CONTROL.left, tasks);
      Atomics.add(control, CONTROL.round, 1);
      Atomics.notify(control, CONTROL.round);
      takeTasks(control, perform);
      for (;;) {
        const finished = Atomics.load(control, CONTROL.finished);
        if (finished === tasks) return;
        waitWhile(control, CONTROL.finished, finished);
      }
    },
    /** Lets the helpers end. */
    dismiss(): void {
      Atomics.store(control, CONTROL.stop, 1);
      Atomics.add(control, CONTROL.round, 1);
      Atomics.notify(control, CONTROL.round);
    },
  };
}

/** A helper's whole life: works on every run until it is dismissed. */
export function joinCrew(control: Int32Array, perform: Perform): void {
  while (Atomics.load(control, CONTROL.stop) === 0) {
    const round = Atomics.load(control, CONTROL.round);
    takeTasks(control, perform);
    waitWhile(control, CONTROL.round, round);
  }
}
