import * as tf from '@tensorflow/tfjs-core';
import { type Random, seeded } from '../../../platform/random.ts';

/** Weights of a dense network: relu between layers, the last one linear. */
export interface Network {
  /** Inputs, then units of each layer. */
  sizes: number[];
  weights: Float32Array[];
  biases: Float32Array[];
}

/** He's normal initialisation (He et al. 2015, eq. 10), biases 0. */
export function initial(sizes: number[], seed: number): Network {
  const random: Random = seeded(seed, 'initial');
  const pairs = sizes.slice(1).map((units, layer) => [sizes[layer], units]);
  return {
    sizes,
    weights: pairs.map(([inputs, units]) =>
      Float32Array.from({ length: inputs * units }, () => random.normal() * Math.sqrt(2 / inputs)),
    ),
    biases: pairs.map(([, units]) => new Float32Array(units)),
  };
}

/** `tf.tidy` for work that returns plain arrays: tidy itself would look for tensors in every number of them. */
function scoped<T>(work: () => T): T {
  const engine = tf.engine();
  engine.startScope();
  try {
    return work();
  } finally {
    engine.endScope();
  }
}

const tensors = ({ sizes, weights, biases }: Network) => ({
  weights: weights.map((values, layer) => tf.tensor2d(values, [sizes[layer], sizes[layer + 1]])),
  biases: biases.map((values) => tf.tensor1d(values)),
});

/** Outputs of the network for row-major `x`, in chunks. */
export function outputs(network: Network, x: Float32Array): Float32Array {
  const width = network.sizes[0];
  const rows = x.length / width;
  const out = new Float32Array(rows);
  const chunk = 4_096;
  for (let from = 0; from < rows; from += chunk) {
    const count = Math.min(chunk, rows - from);
    scoped(() => {
      const { weights, biases } = tensors(network);
      let a: tf.Tensor2D = tf.tensor2d(x.subarray(from * width, (from + count) * width), [count, width]);
      weights.forEach((w, layer) => {
        a = tf.add(tf.matMul(a, w), biases[layer]);
        if (layer < weights.length - 1) a = tf.relu(a);
      });
      out.set(a.dataSync<'float32'>(), from);
    });
  }
  return out;
}

export interface Batch {
  /** Row-major, rows × inputs. */
  x: Float32Array;
  y: Float32Array;
  weight: Float32Array;
  /** One per hidden layer: 0, or 1 / (1 − rate); absent without dropout. */
  masks: (Float32Array | undefined)[];
}

/**
 * Gradients of the mean weighted loss of a batch (squared error, or log-loss of log-odds), weights first, then biases.
 * Written out instead of using autodiff: the wasm kernels multiply by a transposed operand five times slower than by a
 * transposed copy.
 */
export function gradients(network: Network, batch: Batch, task: 'regression' | 'binary'): Float32Array[] {
  return scoped(() => {
    const rows = batch.y.length;
    const { weights, biases } = tensors(network);
    const last = weights.length - 1;
    const masks = batch.masks.map(
      (mask, layer) => mask && tf.tensor2d(mask, [rows, network.sizes[layer + 1]]),
    );
    const inputs: tf.Tensor2D[] = [tf.tensor2d(batch.x, [rows, network.sizes[0]])];
    let a: tf.Tensor2D = inputs[0];
    weights.forEach((w, layer) => {
      a = tf.add(tf.matMul(a, w), biases[layer]);
      if (layer === last) return;
      a = tf.relu(a);
      const mask = masks[layer];
      if (mask) a = tf.mul(a, mask);
      inputs.push(a);
    });
    const error = tf.sub(task === 'binary' ? tf.sigmoid(a) : a, tf.tensor2d(batch.y, [rows, 1]));
    const scale = (task === 'binary' ? 1 : 2) / rows;
    let delta: tf.Tensor2D = tf.mul(
      error,
      tf.tensor2d(
        batch.weight.map((w) => w * scale),
        [rows, 1],
      ),
    );
    const forWeights: Float32Array[] = [];
    const forBiases: Float32Array[] = [];
    for (let layer = last; layer >= 0; layer--) {
      forWeights[layer] = tf.matMul(tf.transpose(inputs[layer]), delta).dataSync<'float32'>();
      forBiases[layer] = tf.sum(delta, 0).dataSync<'float32'>();
      if (layer === 0) break;
      // A dropped unit has activation 0 and so gradient 0; a kept one passes on the scale of its mask.
      delta = tf.mul(tf.matMul(delta, tf.transpose(weights[layer])), tf.step(inputs[layer]));
      const mask = masks[layer - 1];
      if (mask) delta = tf.mul(delta, mask);
    }
    return [...forWeights, ...forBiases];
  });
}
