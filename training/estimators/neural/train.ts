import { seeded } from '../../../platform/random.ts';
import { logLoss } from '../../log-loss.ts';
import { adam } from './adam.ts';
import { gradients, initial, type Network, outputs } from './network.ts';

export interface Rows {
  /** Row-major, rows × inputs. */
  x: Float32Array;
  y: Float32Array;
  weight: Float32Array;
}

export interface NeuralTask {
  task: 'regression' | 'binary';
  train: Rows;
  validation: Rows;
  sizes: number[];
  /** Share of units dropped after each hidden layer. */
  dropout: number[];
  rate: number;
  batch: number;
  epochs: number;
  patience: number;
  seed: number;
}

export interface NeuralResult {
  network: Network;
  bestEpoch: number;
  epochs: number;
}

/** Uniform 32-bit integers, seeded (Marsaglia 2003, xorshift): dropout uses millions of them per epoch. */
function xorshift(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function dropMask(length: number, share: number, next: () => number): Float32Array | undefined {
  if (share <= 0) return undefined;
  const below = share * 2 ** 32;
  const kept = 1 / (1 - share);
  const mask = new Float32Array(length);
  for (let i = 0; i < length; i++) mask[i] = next() < below ? 0 : kept;
  return mask;
}

function meanLoss(task: NeuralTask['task'], raw: Float32Array, { y, weight }: Rows): number {
  let loss = 0;
  let total = 0;
  for (let i = 0; i < raw.length; i++) {
    const one = task === 'binary' ? logLoss(raw[i], y[i]) : (raw[i] - y[i]) ** 2;
    loss += weight[i] * one;
    total += weight[i];
  }
  return loss / total;
}

/**
 * Trains by Adam over shuffled batches; stops `patience` epochs after the best validation loss and returns the weights
 * of that epoch. The same task gives the same weights.
 */
export function trainNetwork(task: NeuralTask, onEpoch: (epoch: number, loss: number) => void): NeuralResult {
  const { train, sizes, batch } = task;
  const width = sizes[0];
  const rows = train.y.length;
  const network = initial(sizes, task.seed);
  const random = seeded(task.seed, 'batches');
  const next = xorshift(random.integer(2 ** 31));
  const move = adam([...network.weights, ...network.biases], task.rate);
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  const copy = (): Network => ({
    sizes,
    weights: network.weights.map((w) => w.slice()),
    biases: network.biases.map((b) => b.slice()),
  });
  let best = { network: copy(), loss: Number.POSITIVE_INFINITY, epoch: 0 };
  let epoch = 0;
  while (epoch < task.epochs && epoch - best.epoch < task.patience) {
    epoch++;
    random.shuffle(order);
    for (let from = 0; from < rows; from += batch) {
      const chosen = order.subarray(from, Math.min(rows, from + batch));
      const x = new Float32Array(chosen.length * width);
      chosen.forEach((row, i) => {
        x.set(train.x.subarray(row * width, (row + 1) * width), i * width);
      });
      const masks = sizes
        .slice(1, -1)
        .map((units, layer) => dropMask(chosen.length * units, task.dropout[layer] ?? 0, next));
      const y = Float32Array.from(chosen, (row) => train.y[row]);
      const weight = Float32Array.from(chosen, (row) => train.weight[row]);
      move(gradients(network, { x, y, weight, masks }, task.task));
    }
    const loss = meanLoss(task.task, outputs(network, task.validation.x), task.validation);
    onEpoch(epoch, loss);
    if (loss < best.loss) best = { network: copy(), loss, epoch };
  }
  return { network: best.network, bestEpoch: best.epoch, epochs: epoch };
}
