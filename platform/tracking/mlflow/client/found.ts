import { TouchlineError } from '../../../errors.ts';

/** The result of `work`, or undefined if it fails with NOT_FOUND. */
export async function found<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TouchlineError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** The result of `create`, or of `find` if another client created it first. */
export async function unlessTaken<T>(
  create: () => Promise<T>,
  find: () => Promise<T | undefined>,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    const existing =
      error instanceof TouchlineError && error.code === 'ALREADY_EXISTS' ? await find() : undefined;
    if (existing === undefined) throw error;
    return existing;
  }
}
