import type { NetworkMember } from '../definition.ts';
import { standardize } from '../raw.ts';

/** A network whose input is changed column by column: the first layer is kept up to date instead of summed anew. */
export interface NetworkWalk {
  /** Puts a whole row in. @returns the output. */
  start(row: Float32Array): number;
  /** Sets the row whose values `change` takes over. */
  aim(row: Float32Array): void;
  /** Gives one column its new value. @returns the output. */
  change(column: number): number;
}

/** Works in float64 throughout, so that it is off `networkRaw` by float32 rounding only. */
export function networkWalk(member: NetworkMember): NetworkWalk {
  const [first, ...rest] = member.layers;
  const sums = [first, ...rest].map((layer) => new Float64Array(layer.units));
  let standardized: Float32Array = new Float32Array();
  let target: Float32Array = new Float32Array();

  const add = (column: number, difference: number) => {
    const into = sums[0];
    const { weights, units } = first;
    for (let unit = 0, at = column * units; unit < units; unit++, at++)
      into[unit] += difference * weights[at];
  };
  const output = () => {
    for (let l = 0; l < rest.length; l++) {
      const { weights, bias, units } = rest[l];
      const relu = member.layers[l].activation === 'relu';
      const inputs = sums[l];
      const into = sums[l + 1];
      into.set(bias);
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i];
        if (relu ? input <= 0 : input === 0) continue;
        for (let unit = 0, at = i * units; unit < units; unit++, at++) into[unit] += input * weights[at];
      }
    }
    const out = sums[rest.length][0];
    return member.layers[rest.length].activation === 'relu' ? Math.max(0, out) : out;
  };
  return {
    start(row) {
      standardized = standardize(member.input, row, 0);
      sums[0].set(first.bias);
      standardized.forEach((value, column) => {
        add(column, value);
      });
      return output();
    },
    aim(row) {
      target = standardize(member.input, row, 0);
    },
    change(column) {
      const difference = target[column] - standardized[column];
      if (difference !== 0) {
        standardized[column] = target[column];
        add(column, difference);
      }
      return output();
    },
  };
}
