import { TouchlineError } from '../../../errors.ts';

/** What `work` gives, or undefined where the server knows no such thing. */
export async function found<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TouchlineError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** What `create` gives, or `look` where somebody else was faster. */
export async function unlessTaken<T>(
  create: () => Promise<T>,
  look: () => Promise<T | undefined>,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    const there =
      error instanceof TouchlineError && error.code === 'ALREADY_EXISTS' ? await look() : undefined;
    if (there === undefined) throw error;
    return there;
  }
}
