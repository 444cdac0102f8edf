import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Filter, Store } from '../../platform/store/store.ts';
import { compareText, matches } from '../platform/filter-oracle.ts';
import { collect } from './tools.ts';

const ordered = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.constantFrom<string | number>(0, 1, -1, '', '0', '1', 'a', 'b', '[1]', '[]', '{}', 'null'),
    fc.integer({ min: -5, max: 5 }),
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
    text,
  );

function arbitraries(text: fc.Arbitrary<string>) {
  const comparable = ordered(text);
  const scalar = fc.oneof(comparable, fc.constantFrom(true, false, null));
  const field = fc.oneof(
    scalar,
    fc.array(fc.oneof(scalar, fc.record({ x: scalar }, { requiredKeys: [] })), { maxLength: 2 }),
    fc.record({ x: fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })) }, { requiredKeys: [] }),
  );
  const condition = fc.oneof(
    scalar,
    fc
      .record(
        {
          eq: scalar,
          ne: scalar,
          lt: comparable,
          lte: comparable,
          gt: comparable,
          gte: comparable,
          in: fc.array(scalar, { maxLength: 4 }),
          exists: fc.boolean(),
        },
        { requiredKeys: [] },
      )
      .filter((operators) => Object.keys(operators).length > 0),
  );
  return {
    documents: fc.array(fc.record({ a: field, b: field }, { requiredKeys: [] }), { maxLength: 12 }),
    filter: fc.dictionary(fc.constantFrom('a', 'b', 'a.x', 'b.y.z', 'id'), condition, { maxKeys: 3 }),
  };
}

/**
 * What every store must find: the same as a direct evaluation of the filters.
 * @param open returns a fresh, empty store.
 * @param options.text strings that the database orders by their bytes in UTF-8; default: any.
 */
export function filterConformance(
  name: string,
  open: () => Promise<Store>,
  options: { runs?: number; text?: fc.Arbitrary<string> } = {},
) {
  const { runs = 300, text = fc.string({ unit: 'grapheme', maxLength: 3 }) } = options;
  const { documents, filter } = arbitraries(text);

  describe(`filters: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it.each([
      ['without indexes', 'bare', []],
      ['with indexes', 'indexed', [['a'], ['b', 'a'], ['a.x']]],
    ])('match what their definition says, %s', async (_, named, indexes) => {
      const collection = store.collection<{ id: string; a?: unknown; b?: unknown }>(named, { indexes });
      await fc.assert(
        fc.asyncProperty(
          documents,
          fc.array(filter, { minLength: 1, maxLength: 5 }),
          async (bare, filters) => {
            await collection.deleteMany({});
            const all = bare.map((document, i) => ({ id: `d${i}`, ...document }));
            await collection.insertMany(all);
            for (const asked of filters as Filter[]) {
              const expected = all
                .filter((document) => matches(document, asked))
                .map(({ id }) => id)
                .sort(compareText);
              expect((await collect(collection.all(asked))).map(({ id }) => id)).toEqual(expected);
              expect(await collection.count(asked)).toBe(expected.length);
            }
          },
        ),
        { numRuns: runs },
      );
    });
  });
}
