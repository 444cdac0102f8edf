import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashBytes, hashJson } from '../../platform/hash.ts';
import { nearest } from '../../platform/nearest.ts';
import { seeded } from '../../platform/random.ts';
import { manualClock } from './manual-clock.ts';

describe('hashes', () => {
  it('are SHA-256 (FIPS 180-2, appendix B.1)', () => {
    expect(hashBytes('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('ignore the order of keys and nothing else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(hashJson({ a: [1, 2] })).not.toBe(hashJson({ a: [2, 1] }));
    expect(canonicalJson({ b: Number.NaN, a: undefined })).toBe('{"b":null}');
  });
});

describe('random numbers', () => {
  const take = (seed: number, stream?: string) => Array.from({ length: 5 }, seeded(seed, stream).uniform);

  it('repeat for a seed and differ between seeds and streams', () => {
    expect(take(1)).toEqual(take(1));
    expect(take(1, 'a')).not.toEqual(take(1, 'b'));
    expect(take(1)).not.toEqual(take(2));
  });

  it('have the requested distribution', () => {
    const random = seeded(3);
    const n = 20_000;
    const mean = (draw: () => number) => Array.from({ length: n }, draw).reduce((sum, x) => sum + x, 0) / n;
    // Four standard errors.
    expect(Math.abs(mean(random.uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(random.normal))).toBeLessThan(4 * Math.sqrt(1 / n));
    expect(Math.abs(mean(() => random.normal() ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) counts[random.integer(5)]++;
    for (const count of counts) expect(Math.abs(count - n / 5)).toBeLessThan(4 * Math.sqrt(n * 0.16));
  });

  it('shuffle in place without losing items', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = seeded(5).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});

it('a manual clock runs due tasks in order, and no cancelled ones', async () => {
  const clock = manualClock(100);
  const seen: [string, number][] = [];
  const note = (name: string) => () => seen.push([name, clock.now()]);
  clock.after(30, note('late'));
  clock.after(10, () => {
    note('early')();
    clock.after(5, note('nested'));
  });
  clock.after(20, note('never'))();
  await clock.advance(29);
  expect(seen).toEqual([
    ['early', 110],
    ['nested', 115],
  ]);
  await clock.advance(1);
  expect(seen.at(-1)).toEqual(['late', 130]);
});

it.each([
  ['prot', ['host', 'port'], 'port'],
  ['TOUCHLINE_STOR', ['TOUCHLINE_STORE', 'TOUCHLINE_PORT'], 'TOUCHLINE_STORE'],
  ['zzz', ['port'], undefined],
  ['x', [], undefined],
])('the word nearest to %s among %j is %s', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});
