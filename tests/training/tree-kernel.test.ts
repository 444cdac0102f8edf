import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { KERNEL } from '../../training/trees/generated/kernel.ts';
import { instantiateKernel } from '../../training/trees/kernel.ts';
import { Memory } from '../../training/trees/shared-wasm.ts';

const memory = new Memory({ initial: 4, maximum: 4, shared: true });
const kernel = instantiateKernel(memory);
const float64 = new Float64Array(memory.buffer);
const int32 = new Int32Array(memory.buffer);
const uint8 = new Uint8Array(memory.buffer);

const bin = fc.record({
  gradient: fc.integer({ min: -1000, max: 1000 }),
  hessian: fc.integer({ min: 0, max: 50 }),
});

describe('the kernel of histogram trees', () => {
  it('is what its source compiles to', async () => {
    const source = readFileSync(new URL('../../training/trees/kernel.wat', import.meta.url), 'utf8');
    const { parseWat } = await wabt();
    const { buffer } = parseWat('kernel.wat', source, {
      threads: true,
      simd: true,
      bulk_memory: true,
    }).toBinary({});
    expect(Buffer.from(buffer).toString('base64')).toBe(KERNEL);
  });

  it('adds the gradients of the listed rows to four histograms', () => {
    uint8.fill(0);
    const [rows, gradients, bins, histograms] = [0, 64, 128, 1024];
    int32.set([2, 0, 3], rows / 4);
    int32.set([1, 10, 2, 20, -3, 30, 4, 40], gradients / 4);
    uint8.set([0, 1, 1, 0], bins);
    uint8.set([255, 1, 2, 3], bins + 4);
    const at = [0, 1, 2, 3].map((lane) => histograms + lane * 4096);
    kernel.histograms(rows, rows + 12, gradients, bins, bins + 4, bins, bins + 4, at[0], at[1], at[2], at[3]);
    const pair = (lane: number, b: number) => [
      ...float64.subarray(at[lane] / 8 + b * 2, at[lane] / 8 + b * 2 + 2),
    ];
    expect(pair(0, 0)).toEqual([5, 50]);
    expect(pair(0, 1)).toEqual([-3, 30]);
    expect(pair(1, 255)).toEqual([1, 10]);
    expect(pair(1, 2)).toEqual([-3, 30]);
    expect(pair(3, 3)).toEqual([4, 40]);
    kernel.subtract(at[0], at[0] + 32, at[3] + 2 * 16);
    expect(pair(0, 0)).toEqual([8, 20]);
    expect(pair(0, 1)).toEqual([-7, -10]);
  });

  it('finds the same best split as a plain search over both directions of missing values', () => {
    fc.assert(
      fc.property(
        fc.array(bin, { minLength: 1, maxLength: 40 }),
        bin,
        fc.integer({ min: 1, max: 40 }),
        (bins, missing, least) => {
          const lambda = 3;
          // An empty bin holds no gradient; missing counts where its hessian is above 0.
          const all = [...bins, missing].map((b) => (b.hessian === 0 ? { gradient: 0, hessian: 0 } : b));
          float64.set(all.flatMap((b) => [b.gradient, b.hessian]));
          const sum = (list: typeof all) =>
            list.reduce((s, b) => ({ gradient: s.gradient + b.gradient, hessian: s.hessian + b.hessian }), {
              gradient: 0,
              hessian: 0,
            });
          const total = sum(all);
          const out = 200 * 8;
          kernel.scan(0, bins.length, total.gradient, total.hessian, lambda, least, out);
          const [score, at, missingLeft, gradient, hessian] = float64.subarray(200, 205);

          let best = 0;
          for (let last = 0; last < bins.length; last++) {
            for (const withMissing of [false, true]) {
              const left = sum(
                withMissing ? [...all.slice(0, last + 1), all[bins.length]] : all.slice(0, last + 1),
              );
              const right = {
                gradient: total.gradient - left.gradient,
                hessian: total.hessian - left.hessian,
              };
              if (left.hessian < least || right.hessian < least) continue;
              const here =
                left.gradient ** 2 / (left.hessian + lambda) + right.gradient ** 2 / (right.hessian + lambda);
              best = Math.max(best, here);
            }
          }
          expect(score).toBeCloseTo(best, 8);
          if (best === 0) return;
          const goesLeft = all.filter((_, b) => (b === bins.length ? missingLeft === 1 : b <= at));
          const chosen = sum(all[bins.length].hessian > 0 ? goesLeft : all.slice(0, at + 1));
          expect([gradient, hessian]).toEqual([chosen.gradient, chosen.hessian]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('partitions rows stably, with missing values on the given side', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 200 }),
        fc.boolean(),
        (values, missingLeft) => {
          const [column, rows, out, spare] = [0, 1024, 2048, 3072];
          uint8.set(values, column);
          int32.set(
            values.map((_, i) => i),
            rows / 4,
          );
          const left = kernel.partition(
            rows,
            rows + values.length * 4,
            out,
            column,
            4,
            missingLeft ? 9 : -1,
            spare,
          );
          const goesLeft = (row: number) => values[row] <= 4 || (missingLeft && values[row] === 9);
          const order = values.map((_, i) => i);
          const expected = [...order.filter(goesLeft), ...order.filter((row) => !goesLeft(row))];
          expect([...int32.subarray(out / 4, out / 4 + values.length)]).toEqual(expected);
          expect(left).toBe(order.filter(goesLeft).length);
        },
      ),
      { numRuns: 100 },
    );
  });
});
