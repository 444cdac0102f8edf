import { type ErrorCode, TouchlineError } from './errors.ts';

/**
 * The entries of one kind by name, such as the estimators. Each entry is a file of its own that states its name, and the
 * catalog is the only list of them.
 */
export interface Catalog<T extends { readonly name: string }> {
  readonly names: readonly string[];
  readonly entries: readonly T[];
  has(name: string): boolean;
  /** @throws the catalog's error, which lists the names that exist */
  named(name: string): T;
}

/**
 * @param kind what one entry is called in messages, such as `estimator`.
 * @param code of the error for an unknown name.
 * @throws INVALID_CONFIG if two entries have the same name
 * @example
 * const greetings = catalogOf('greeting', [{ name: 'hello' }, { name: 'goodbye' }]);
 * greetings.names; // => ['hello', 'goodbye']
 * greetings.named('hello'); // => { name: 'hello' }
 */
export function catalogOf<T extends { readonly name: string }>(
  kind: string,
  entries: readonly T[],
  code: ErrorCode = 'INVALID_INPUT',
): Catalog<T> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const names = [...byName.keys()];
  if (names.length < entries.length) {
    const duplicate = entries.find((entry) => byName.get(entry.name) !== entry);
    throw new TouchlineError(
      'INVALID_CONFIG',
      `Two entries of kind '${kind}' are named '${duplicate?.name}'.`,
    );
  }
  return {
    names,
    entries,
    has: (name) => byName.has(name),
    named(name) {
      const entry = byName.get(name);
      if (entry) return entry;
      throw new TouchlineError(code, `There is no ${kind} '${name}': use one of ${names.join(', ')}.`);
    },
  };
}
