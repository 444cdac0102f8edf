import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Matrix, takeRows } from '../../datasets/matrix.ts';
import { memberRawAll } from '../../models/predict.ts';
import { noLog } from '../../training/estimator.ts';
import { startBackend } from '../../training/estimators/neural/backend.ts';
import { plainLayers, planInputs, spreadRows } from '../../training/estimators/neural/inputs.ts';
import { gradients, initial, outputs } from '../../training/estimators/neural/network.ts';
import { neural } from '../../training/estimators/neural/neural.ts';
import { planSchedule } from '../../training/estimators/neural/plan.ts';
import { smallMatrix } from './fixtures.ts';

describe('a network', () => {
  it('computes the gradients that finite differences give', async () => {
    await startBackend({});
    for (const task of ['regression', 'binary'] as const) {
      const network = initial([3, 4, 2, 1], 1);
      for (const bias of network.biases) bias.fill(0.05);
      const batch = {
        x: Float32Array.from({ length: 15 }, (_, i) => Math.sin(i)),
        y: Float32Array.of(0, 1, 1, 0, 1),
        weight: Float32Array.of(1, 2, 0.5, 1, 1),
        masks: [undefined, undefined],
      };
      const loss = () => {
        const raw = outputs(network, batch.x);
        let sum = 0;
        raw.forEach((r, i) => {
          const one = task === 'binary' ? Math.log1p(Math.exp(r)) - r * batch.y[i] : (r - batch.y[i]) ** 2;
          sum += (batch.weight[i] * one) / 5;
        });
        return sum;
      };
      const given = gradients(network, batch, task);
      [...network.weights, ...network.biases].forEach((parameter, k) => {
        parameter.forEach((value, i) => {
          const step = 1e-2;
          parameter[i] = value + step;
          const above = loss();
          parameter[i] = value - step;
          const below = loss();
          parameter[i] = value;
          expect(Math.abs((above - below) / (2 * step) - given[k][i])).toBeLessThan(5e-3);
        });
      });
    }
  });

  it('leaks no tensors', async () => {
    await startBackend({});
    const network = initial([2, 3, 1], 1);
    const x = Float32Array.of(1, 2);
    const before = tf.memory().numTensors;
    outputs(network, x);
    gradients(network, { x, y: Float32Array.of(1), weight: Float32Array.of(1), masks: [] }, 'binary');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('represents one-hot codes by a layer of rectifiers', async () => {
    await startBackend({});
    const matrix = smallMatrix(200, { task: 'regression', missing: 0.1 });
    const inputs = planInputs(matrix);
    expect(inputs.width).toBe(7);
    const network = initial([7, 5, 1], 2);
    const layers = plainLayers(
      inputs,
      network.weights.map((weights, layer) => ({
        weights,
        bias: network.biases[layer],
        units: [5, 1][layer],
        activation: layer === 0 ? 'relu' : 'linear',
      })),
    );
    const member = { kind: 'network', name: 'n', input: inputs.input, layers, slope: 1, offset: 0 } as const;
    const plain = memberRawAll(member, matrix.values, 5);
    outputs(network, spreadRows(inputs, matrix)).forEach((raw, row) => {
      expect(plain[row]).toBeCloseTo(raw, 4);
    });
  });

  it('stops early and keeps the best weights', async () => {
    const train = smallMatrix(300, { task: 'regression', noise: 3 });
    const seen: number[] = [];
    const log = { ...noLog, metric: (_: string, value: number) => void seen.push(value) };
    const context = { task: 'regression', seed: 1, threads: 1, log } as const;
    const validation: Matrix = smallMatrix(300, { task: 'regression', seed: 8, noise: 3 });
    const { notes } = await neural.fit(train, validation, { patience: 3 }, context);
    expect(notes.epochs).toBeLessThan(200);
    expect(notes.epochs).toBe(Number(notes.bestEpoch) + 3);
    expect(seen.indexOf(Math.min(...seen)) + 1).toBe(notes.bestEpoch);
  });

  it('can be aborted while it trains', async () => {
    const train = smallMatrix(2_000, { task: 'binary' });
    const abort = new AbortController();
    const context = { task: 'binary', seed: 1, threads: 1, log: noLog, signal: abort.signal } as const;
    const fit = neural.fit(train, takeRows(train, [0, 1]), {}, context);
    setTimeout(() => abort.abort(new Error('enough')), 300);
    await expect(fit).rejects.toThrow('enough');
  });

  it('gives the same weights in a new thread, in a reused one, and while another fit is aborted', async () => {
    const train = smallMatrix(300, { task: 'regression' });
    const trained = (signal?: AbortSignal) =>
      neural.fit(
        train,
        train,
        { epochs: 2 },
        { task: 'regression', seed: 1, threads: 1, log: noLog, signal },
      );
    const abort = new AbortController();
    const aborted = trained(abort.signal);
    const side = [trained(), trained()];
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    const [first, second] = await Promise.all(side);
    expect(second.members).toEqual(first.members);
    expect((await trained()).members).toEqual(first.members);
  });

  it('plans from sizes alone: small data in full, large data in larger batches within the budget', () => {
    const wanted = { batch: 32, epochs: 200, seconds: 30 };
    expect(planSchedule(1_000, 13_000, wanted)).toEqual({ batch: 32, epochs: 200 });
    const large = planSchedule(85_000, 13_000, wanted);
    expect(large.batch).toBe(256);
    expect(large.epochs).toBeGreaterThan(20);
    expect(large.epochs).toBeLessThan(200);
    expect(planSchedule(10_000_000, 13_000, wanted).epochs).toBe(1);
  });
});
