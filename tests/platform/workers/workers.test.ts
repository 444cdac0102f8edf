import { describe, expect, it, onTestFinished } from 'vitest';
import { TouchlineError } from '../../../platform/errors.ts';
import { hashBytes } from '../../../platform/hash.ts';
import { defineWorker } from '../../../platform/workers/define-worker.ts';
import { openWorker, WorkerFailure } from '../../../platform/workers/worker.ts';
import type { createMethods } from './sample-worker.ts';

type Sample = ReturnType<typeof createMethods>;

const setup = { greeting: 'Hello' };

describe.each(['thread', 'process'] as const)('a worker in a %s', (kind) => {
  function open(own: object = setup) {
    const worker = openWorker<Sample>(import.meta.url, './sample-worker', { kind, setup: own });
    onTestFinished(() => worker.terminate());
    return worker;
  }
  const failureOf = async (call: Promise<unknown>) =>
    (await call.then(
      () => undefined,
      (error: unknown) => error,
    )) as Error;

  it('returns results, with binary data and the setup it was opened with', async () => {
    const worker = open();
    expect(await worker.call('hash', 'abc')).toBe(hashBytes('abc'));
    expect(await worker.call('greet', { name: 'Ada', bytes: Uint8Array.of(1, 2, 3) })).toEqual({
      text: 'Hello, Ada',
      sum: 6,
    });
  });

  it('keeps overlapping calls apart', async () => {
    const worker = open();
    const stop = new AbortController();
    const waiting = worker.call('wait', undefined, { signal: stop.signal });
    expect(await Promise.all([worker.call('count', undefined), worker.call('count', undefined)])).toEqual([
      1, 2,
    ]);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('delivers events in order, all before the result', async () => {
    const seen: number[] = [];
    const result = await open().call('steps', 200, { onEvent: (step) => seen.push(step) });
    expect(result).toBe('done');
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });

  it('carries a typed error whole: code, message, details, causes and stack', async () => {
    const error = await failureOf(open().call('failTyped', undefined));
    expect(error).toBeInstanceOf(TouchlineError);
    expect(error).toMatchObject({
      code: 'CONFLICT',
      message: 'already taken',
      details: { id: 7, nested: [1] },
      cause: { message: 'disk full', code: 'ENOSPC', cause: { name: 'RangeError', message: 'root' } },
    });
    expect(error.stack).toContain('sample-worker');
    expect((error.cause as Error).stack).toContain('sample-worker');
  });

  it('carries a plain error with its name and stack', async () => {
    const error = await failureOf(open().call('failPlain', undefined));
    expect(error).not.toBeInstanceOf(TouchlineError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'out of range' });
    expect(error.stack).toContain('sample-worker');
  });

  it('leaves out details that cannot be serialised, and keeps the others', async () => {
    const error = await failureOf(open().call('failWithOddDetails', undefined));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: 'odd details' });
    expect((error as TouchlineError).details).toEqual({ kept: 'yes' });
  });

  it('rejects a result or an input that cannot be cloned, and stays usable', async () => {
    const worker = open();
    await expect(worker.call('giveFunction', undefined)).rejects.toThrow(/could not be cloned/);
    const input = { name: 'x', bytes: new Uint8Array(), call: () => 1 };
    await expect(worker.call('greet', input)).rejects.toThrow(/could not be cloned/);
    expect(await worker.call('hash', 'abc')).toBe(hashBytes('abc'));
  });

  it('rejects every call if its setup fails', async () => {
    const worker = open({ greeting: '', fail: true });
    for (let call = 0; call < 2; call++)
      await expect(worker.call('hash', 'abc')).rejects.toMatchObject({
        code: 'INVALID_CONFIG',
        message: 'bad setup',
      });
  });

  it('aborts a call with the reason of its signal, and stays usable', async () => {
    const worker = open();
    const stop = new AbortController();
    const reason = new Error('enough');
    const call = worker.call('wait', undefined, {
      signal: stop.signal,
      onEvent: () => stop.abort(reason),
    });
    await expect(call).rejects.toBe(reason);
    await expect(worker.call('hash', 'abc', { signal: stop.signal })).rejects.toBe(reason);
    expect(await worker.call('hash', 'abc')).toBe(hashBytes('abc'));
  });

  it('ends at an abort if asked to, although its method computes without a pause', async () => {
    const worker = open();
    const stop = new AbortController();
    const reason = new Error('enough');
    const call = worker.call('block', undefined, {
      signal: stop.signal,
      terminateOnAbort: true,
      onEvent: () => stop.abort(reason),
    });
    await expect(call).rejects.toBe(reason);
    expect(worker.alive).toBe(false);
    await expect(worker.call('hash', 'abc')).rejects.toMatchObject({ reason: 'was terminated' });
  });

  it('reports a crash as a WorkerFailure whose cause is the uncaught error, to every open call', async () => {
    const worker = open();
    const calls = [worker.call('wait', undefined), worker.call('crash', undefined)];
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error).toBeInstanceOf(WorkerFailure);
      expect(error).toMatchObject({
        code: 'INTERNAL',
        reason: 'crashed: uncaught',
        cause: { code: 'CONFLICT', message: 'uncaught' },
      });
      expect(error.cause).toBeInstanceOf(TouchlineError);
    }
    expect(worker.alive).toBe(false);
  });

  it('reports an early exit', async () => {
    await expect(open().call('exit', undefined)).rejects.toMatchObject({
      reason: 'ended without an answer (exit 3)',
    });
  });

  it('reports a module that does not exist', async () => {
    const worker = openWorker<Sample>(import.meta.url, './missing-worker', { kind });
    expect(await failureOf(worker.call('hash', 'abc'))).toBeInstanceOf(WorkerFailure);
  });

  it('times out', async () => {
    await expect(open().call('wait', undefined, { timeoutMs: 50 })).rejects.toMatchObject({
      reason: 'did not answer within 0.05 s',
    });
  });

  it('closes once, however often close is called', async () => {
    const worker = open();
    const waiting = failureOf(worker.call('wait', undefined));
    await Promise.all([worker.close(10_000), worker.close(10_000)]);
    await worker.close(10_000);
    expect(await waiting).toMatchObject({ reason: 'was closed' });
    await expect(worker.call('hash', 'abc')).rejects.toMatchObject({ reason: 'was closed' });
  });

  it('is ended after the grace period if it does not close', async () => {
    const worker = open();
    let onBlocking = () => {};
    const blocking = new Promise<void>((resolve) => {
      onBlocking = resolve;
    });
    const call = failureOf(worker.call('block', undefined, { onEvent: onBlocking }));
    await blocking;
    await worker.close(50);
    expect(await call).toBeInstanceOf(WorkerFailure);
  });

  it('serves one call when it is started on demand, or is kept for the next with the same setup', async () => {
    const once = defineWorker<Sample>(import.meta.url, './sample-worker', { kind });
    const kept = defineWorker<Sample>(import.meta.url, './sample-worker', { kind, keepMs: 60_000 });
    const count = (worker: typeof once, greeting = 'Hello') =>
      worker.call('count', undefined, { setup: { greeting } });
    expect([await count(once), await count(once)]).toEqual([1, 1]);
    expect([await count(kept), await count(kept), await count(kept, 'Bye')]).toEqual([1, 2, 1]);
    // A worker whose call failed is not kept.
    await failureOf(kept.call('failPlain', undefined, { setup }));
    expect(await count(kept)).toBe(1);
  });
});
