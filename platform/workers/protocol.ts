import type { ErrorData } from './error-data.ts';

/** What a caller sends to a worker. The setup comes first; `id` tells the calls of a worker apart. */
export type Request =
  | { type: 'setup'; setup: unknown }
  | { type: 'call'; id: number; method: string; input: unknown }
  | { type: 'abort'; id: number; reason: ErrorData }
  | { type: 'close' };

/** What a worker sends to its caller: any number of events for a call, then its result or error. */
export type Reply =
  | { type: 'event'; id: number; event: unknown }
  | { type: 'result'; id: number; result: unknown }
  | { type: 'error'; id: number; error: ErrorData }
  /** An error that no call caught: the worker exits after it. */
  | { type: 'crash'; error: ErrorData }
  | { type: 'closed' };

export interface CallContext<Event = unknown> {
  /** Aborted when the caller's signal is. */
  signal: AbortSignal;
  /** Sends an event to the caller, in order and before the result. */
  emit(event: Event): void;
}

/** A function that a worker offers. Input, events and result must be structured-cloneable. */
export type Method = (input: never, context: CallContext<never>) => unknown;

type AnyFunction = (...args: never[]) => unknown;

export type Methods<M> = { [K in keyof M]: M[K] extends AnyFunction ? Method : never };
export type InputOf<F> = F extends (input: infer Input, ...rest: never[]) => unknown ? Input : never;
export type ResultOf<F> = F extends (...args: never[]) => infer Result ? Awaited<Result> : never;
export type EventOf<F> = F extends (input: never, context: CallContext<infer Event>) => unknown
  ? Event
  : never;
