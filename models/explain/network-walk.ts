import type { NetworkMember } from '../definition.ts';
import { standardize } from '../predict.ts';

/** Evaluates a network while its input changes one column at a time, updating the first layer instead of recomputing it. */
export interface NetworkWalk {
  /** Sets the whole input row. @returns the output */
  start(row: Float32Array): number;
  /** Sets the row from which `change` takes its values. */
  setTarget(row: Float32Array): void;
  /** Sets one column to its value in the target row. @returns the output */
  change(column: number): number;
}

/** Up to this many first-layer units per column, as where codes are one-hot encoded, updates go unit by unit. */
const MAX_UNITS_PER_COLUMN = 8;

/** For each column, the units of the first layer that it is connected to; undefined where these are too many. */
function reachOf({ layers: [first], input }: NetworkMember): Int32Array[] | undefined {
  const columns = input.mean.length;
  let links = 0;
  for (const weight of first.weights) if (weight !== 0) links++;
  if (links > MAX_UNITS_PER_COLUMN * columns) return undefined;
  return Array.from({ length: columns }, (_, column) => {
    const row = first.weights.subarray(column * first.units, (column + 1) * first.units);
    return Int32Array.from(row.keys()).filter((unit) => row[unit] !== 0);
  });
}

/**
 * Computes in float64 throughout, so it differs from `networkRaw` by float32 rounding only. Where a column is connected to
 * few units of the first layer, the second layer is updated incrementally too: it is by far the largest in a network with
 * one-hot encoded codes.
 */
export function networkWalk(member: NetworkMember): NetworkWalk {
  const { layers } = member;
  const [first, second] = layers;
  const sums = layers.map((layer) => new Float64Array(layer.units));
  const widest = layers.reduce((most, layer) => Math.max(most, layer.units), 0);
  const places = new Int32Array(widest);
  const amounts = new Float64Array(widest);
  const reach = second && reachOf(member);
  let standardized: Float32Array = new Float32Array();
  let target: Float32Array = new Float32Array();
  let last = 0;

  const activated = (layer: number, sum: number) =>
    layers[layer].activation === 'relu' ? Math.max(0, sum) : sum;
  const addTo = (layer: number, from: number, amount: number) => {
    const into = sums[layer];
    const { weights, units } = layers[layer];
    for (let unit = 0, at = from * units; unit < units; unit++, at++) into[unit] += amount * weights[at];
  };
  /** Adds four active inputs at a time, which halves the time: every sum is read and written once instead of four times. */
  const addFour = (layer: number, from: number) => {
    const into = sums[layer];
    const { weights, units } = layers[layer];
    const a = places[from] * units;
    const b = places[from + 1] * units;
    const c = places[from + 2] * units;
    const d = places[from + 3] * units;
    const x = amounts[from];
    const y = amounts[from + 1];
    const z = amounts[from + 2];
    const w = amounts[from + 3];
    for (let u = 0; u < units; u++)
      into[u] += x * weights[a + u] + y * weights[b + u] + z * weights[c + u] + w * weights[d + u];
  };
  /** Recomputes every layer from `layer` on from the activations before it. */
  const outputFrom = (layer: number) => {
    for (let l = layer; l < layers.length; l++) {
      const inputs = sums[l - 1];
      sums[l].set(layers[l].bias);
      let active = 0;
      for (let i = 0; i < inputs.length; i++) {
        const input = activated(l - 1, inputs[i]);
        if (input === 0) continue;
        places[active] = i;
        amounts[active++] = input;
      }
      let i = 0;
      for (; i + 3 < active; i += 4) addFour(l, i);
      for (; i < active; i++) addTo(l, places[i], amounts[i]);
    }
    last = activated(layers.length - 1, sums[layers.length - 1][0]);
    return last;
  };
  const updateUnits = (column: number, units: Int32Array, difference: number) => {
    for (const unit of units) {
      const before = sums[0][unit];
      const after = before + difference * first.weights[column * first.units + unit];
      sums[0][unit] = after;
      const step = activated(0, after) - activated(0, before);
      if (step !== 0) addTo(1, unit, step);
    }
    return outputFrom(2);
  };
  return {
    start(row) {
      standardized = standardize(member.input, row, 0);
      sums[0].set(first.bias);
      standardized.forEach((value, column) => {
        addTo(0, column, value);
      });
      return outputFrom(1);
    },
    setTarget(row) {
      target = standardize(member.input, row, 0);
    },
    change(column) {
      const difference = target[column] - standardized[column];
      if (difference === 0) return last;
      standardized[column] = target[column];
      if (reach) return updateUnits(column, reach[column], difference);
      addTo(0, column, difference);
      return outputFrom(1);
    },
  };
}
