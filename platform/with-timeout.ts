import { TouchlineError } from './errors.ts';

/** Resolves or rejects as `work` does if it settles in time. The work itself is not cancelled. @throws UNAVAILABLE after `ms` */
export async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TouchlineError('UNAVAILABLE', `There was no answer within ${ms} ms.`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
