import * as fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../models/onnx/read.ts';
import { writeOnnx } from '../../models/onnx/write.ts';
import { predictFully } from '../../models/predict.ts';
import { randomDefinition, randomRows } from './random-definition.ts';

const WIDTH = 6;

async function runOnnx(bytes: Uint8Array, values: Float32Array) {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const features = new Tensor('float32', values, [values.length / WIDTH, WIDTH]);
  const outputs = await session.run({ features });
  await session.release();
  return outputs;
}

function expectClose(actual: ArrayLike<unknown>, expected: ArrayLike<number>, what: string) {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(Number(actual[i]) - expected[i]);
    if (!(error <= 1e-5 * Math.max(1, Math.abs(expected[i]))))
      expect.fail(`${what} ${i}: ${actual[i]} instead of ${expected[i]}`);
  }
}

describe('writeOnnx', () => {
  it('gives the same outputs in onnxruntime as our evaluator, for every kind of member, calibration and interval', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const model = randomDefinition(seed);
        const values = randomRows(seed, 40);
        const outputs = await runOnnx(writeOnnx(model), values);
        const expected = predictFully(model, values);
        const value = outputs[model.task === 'binary' ? 'probability' : 'score'];
        expect(value.dims).toEqual([40]);
        expectClose(value.data, expected.value, 'value');
        expect(outputs.members.dims).toEqual([40, model.members.length]);
        expectClose(
          outputs.members.data,
          expected.members.flatMap((row) => [...row]),
          'members',
        );
        expect('low' in outputs).toBe(model.interval !== undefined);
        if (model.interval) {
          expectClose(outputs.low.data, expected.low!, 'low');
          expectClose(outputs.high.data, expected.high!, 'high');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same bytes again after a round trip', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const bytes = writeOnnx(randomDefinition(seed));
        const again = writeOnnx(readOnnx(bytes));
        expect(Buffer.compare(bytes, again)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('reads back a model that predicts exactly the same', () => {
    for (let seed = 0; seed < 50; seed++) {
      const model = randomDefinition(seed);
      const values = randomRows(seed, 20);
      expect(predictFully(readOnnx(writeOnnx(model)), values)).toEqual(predictFully(model, values));
    }
  });
});
