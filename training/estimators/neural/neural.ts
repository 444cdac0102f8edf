import type { Matrix } from '../../../datasets/matrix.ts';
import type { DenseLayer } from '../../../models/definition.ts';
import { defineWorker } from '../../../platform/workers/define-worker.ts';
import type { Estimator, FitContext, Params } from '../../estimator.ts';
import { type Bounds, readSettings } from '../../trees/settings.ts';
import { forwardTo } from '../../worker-log.ts';
import { chooseBackend } from './backend.ts';
import { type Inputs, plainLayers, planInputs, spreadRows } from './inputs.ts';
import { planSchedule } from './plan.ts';
import type { NeuralTask, Rows } from './train.ts';
import type { createMethods } from './worker.ts';

/** Kept for a while, because starting tfjs takes as long as training on some hundred rows. */
const worker = defineWorker<Awaited<ReturnType<typeof createMethods>>>(import.meta.url, './worker', {
  keepMs: 5_000,
});

const HIDDEN = [128, 64, 32];
const DROPOUT = [0.3, 0.2];
const FEWEST_ROWS = 200;

const DEFAULTS = { epochs: 200, batch: 32, rate: 1e-3, patience: 20, seconds: 20 };

const BOUNDS: Record<keyof typeof DEFAULTS, Bounds> = {
  epochs: { low: 1, high: 100_000, whole: true },
  batch: { low: 1, high: 65_536, whole: true },
  rate: { low: 1e-8, high: 1 },
  patience: { low: 1, high: 100_000, whole: true },
  seconds: { low: 0.1, high: 1e6 },
};

function rowsOf(
  inputs: Inputs,
  matrix: Matrix,
  { mean, deviation }: { mean: number; deviation: number },
): Rows {
  const total = matrix.weight.reduce((sum, w) => sum + w, 0);
  return {
    x: spreadRows(inputs, matrix),
    y: Float32Array.from(matrix.target, (y) => (y - mean) / deviation),
    weight: Float32Array.from(matrix.weight, (w) => (w * matrix.rows.length) / total),
  };
}

/** Weighted mean and standard deviation of the target; 0 and 1 for binary outcomes; deviation 1 for a constant target. */
function targetScale({ target, weight }: Matrix, task: FitContext['task']) {
  if (task === 'binary') return { mean: 0, deviation: 1 };
  const total = weight.reduce((sum, w) => sum + w, 0);
  const mean = target.reduce((sum, y, i) => sum + weight[i] * y, 0) / total;
  const variance = target.reduce((sum, y, i) => sum + weight[i] * (y - mean) ** 2, 0) / total;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

/**
 * A dense network 128-64-32 with dropout, trained by Adam on TensorFlow.js in a thread of its own. On large data, batches
 * and epochs follow a budget of `seconds`. The target is standardised inside, and the last layer undoes that.
 */
export const neural: Estimator = {
  name: 'neural',
  tasks: ['regression', 'binary'],
  defaults: DEFAULTS,

  cannotFit(train: Matrix) {
    if (train.rows.length > FEWEST_ROWS) return undefined;
    return `A network needs at least ${FEWEST_ROWS + 1} training rows, and there are ${train.rows.length}: add rows or leave 'neural' out.`;
  },

  async fit(train: Matrix, validation: Matrix, params: Params, context: FitContext) {
    const wanted = readSettings('neural', DEFAULTS, BOUNDS, params);
    const inputs = planInputs(train);
    const scale = targetScale(train, context.task);
    const sizes = [inputs.width, ...HIDDEN, 1];
    const weights = sizes.slice(1).reduce((sum, units, layer) => sum + units * sizes[layer], 0);
    const { batch, epochs } = planSchedule(train.rows.length, weights, wanted);
    const task: NeuralTask = {
      task: context.task,
      train: rowsOf(inputs, train, scale),
      validation: rowsOf(inputs, validation, scale),
      sizes,
      dropout: DROPOUT,
      rate: wanted.rate,
      batch,
      epochs,
      patience: wanted.patience,
      seed: context.seed,
    };
    const backend = await chooseBackend(context.engines);
    const {
      network,
      epochs: trained,
      bestEpoch,
    } = await worker.call('fit', task, {
      setup: backend,
      signal: context.signal,
      terminateOnAbort: true,
      onEvent: forwardTo(context.log),
    });
    const layers = network.weights.map((layerWeights, layer): DenseLayer => {
      const last = layer === network.weights.length - 1;
      return {
        weights: last ? layerWeights.map((w) => w * scale.deviation) : layerWeights,
        bias: last
          ? network.biases[layer].map((b) => b * scale.deviation + scale.mean)
          : network.biases[layer],
        units: sizes[layer + 1],
        activation: last ? 'linear' : 'relu',
      };
    });
    return {
      members: [
        {
          kind: 'network',
          name: 'neural',
          input: inputs.input,
          layers: plainLayers(inputs, layers),
          slope: 1,
          offset: 0,
        },
      ],
      weights: [1],
      notes: { batch, epochs: trained, bestEpoch, backend: backend.name },
    };
  },
};
