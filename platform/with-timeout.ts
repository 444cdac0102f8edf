import { TouchlineError } from './errors.ts';

/** Resolves as the work does, if it finishes in time. The work itself is not stopped. @throws UNAVAILABLE after `ms` */
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
