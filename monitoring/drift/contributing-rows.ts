import { binIndex, equalEdges } from '../../statistics/bins.ts';
import type { DriftSide, Samples } from './samples.ts';

/** A row that contributes to a drift verdict. */
export interface ContributingRow {
  id: string;
  /** Share of the summed PSI of the drifted columns that this row contributes, 0–1. */
  weight: number;
  /** The drifted column to which it contributes most, and its value there. */
  column: string;
  value: number;
}

/** Smallest share of a bin in the reference, so that new values have a finite PSI. */
const FLOOR = 1e-4;

/** One bin for each value where there are few, otherwise twenty of equal width over both sides. */
function binner(
  reference: Float64Array,
  current: Float64Array,
): { bins: number; of: (value: number) => number } {
  const distinct = [...new Set([...reference, ...current])].sort((a, b) => a - b);
  if (distinct.length <= 20) {
    const codes = new Map(distinct.map((value, i) => [value, i]));
    return { bins: distinct.length, of: (value) => codes.get(value)! };
  }
  const edges = equalEdges(distinct[0], distinct[distinct.length - 1], 20);
  return { bins: 20, of: (value) => binIndex(value, edges) };
}

/** PSI that each current value contributes. A bin with a larger share than in the reference divides its PSI among its values. */
function contributions(
  reference: Float64Array,
  current: Float64Array,
  values: ArrayLike<number>,
): Float64Array {
  const { bins, of } = binner(reference, current);
  const counts = [reference, current].map((side) => {
    const count = new Float64Array(bins);
    for (const value of side) count[of(value)]++;
    return count;
  });
  return Float64Array.from(values, (value) => {
    if (!Number.isFinite(value)) return 0;
    const bin = of(value);
    const r = Math.max(FLOOR, counts[0][bin] / reference.length);
    const c = counts[1][bin] / current.length;
    return c > r ? ((c - r) * Math.log(c / r)) / counts[1][bin] : 0;
  });
}

/** The rows whose values in the drifted columns are most over-represented compared with the reference; at most `most`. */
export function contributingRows(
  reference: Samples,
  current: DriftSide,
  samples: Samples,
  drifted: readonly string[],
  most: number,
): ContributingRow[] {
  if (!current.ids || drifted.length === 0) return [];
  const totals = new Float64Array(current.ids.length);
  const best = current.ids.map(() => ({ column: '', value: Number.NaN, weight: 0 }));
  for (const name of drifted) {
    const r = reference.columns.find((column) => column.name === name)!;
    const j = samples.columns.findIndex((column) => column.name === name);
    const { values } = current.columns[j];
    if (r.present.length === 0 || samples.columns[j].present.length === 0) continue;
    contributions(r.present, samples.columns[j].present, values).forEach((weight, row) => {
      totals[row] += weight;
      if (weight > best[row].weight) best[row] = { column: name, value: values[row], weight };
    });
  }
  const sum = totals.reduce((all, weight) => all + weight, 0);
  return [...totals.keys()]
    .filter((row) => totals[row] > 0)
    .sort((a, b) => totals[b] - totals[a] || a - b)
    .slice(0, most)
    .map((row) => ({
      id: current.ids![row],
      weight: totals[row] / sum,
      column: best[row].column,
      value: best[row].value,
    }));
}
