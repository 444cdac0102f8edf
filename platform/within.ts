import { TouchlineError } from './errors.ts';

/** What the work gives, if it does so in time; the work itself is not ended. @throws UNAVAILABLE after `ms` */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
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
