import { countDistinct, countValues, equalEdges, histogram } from '../../statistics/bins.ts';
import { linearQuantile } from '../../statistics/quantile.ts';
import type { ColumnKind } from './detectors/detector.ts';

/** Shares of both sides in the same bins, for charts. */
export interface DistributionPair {
  name: string;
  type: ColumnKind;
  /** Numeric: edges of the bins, one more than there are bins; the outer bins include everything beyond. */
  edges?: number[];
  /** Categorical, or numeric with few values: the value of each bin. */
  labels?: string[];
  reference: number[];
  current: number[];
}

const BINS = 20;
const MAX_LABELS = 12;

const shares = (counts: number[]): number[] => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / Math.max(1, total));
};

interface Side {
  name: string;
  kind: ColumnKind;
  categories?: readonly string[];
  present: Float64Array;
}

/** Both sides in 20 bins between the 0.5th and 99.5th percentile of the pooled values, or by value where there are few. */
export function distributionOf(reference: Side, current: Side): DistributionPair {
  const { name, kind } = reference;
  const sides = [reference.present, current.present];
  if (kind === 'categorical' || countDistinct(sides, MAX_LABELS) <= MAX_LABELS) {
    const counted = countValues(reference.present, current.present);
    const categories = current.categories ?? reference.categories;
    return { name, type: kind, ...mostFrequent(counted, (value) => categories?.[value] ?? String(value)) };
  }
  const both = new Float64Array(reference.present.length + current.present.length);
  both.set(reference.present);
  both.set(current.present, reference.present.length);
  both.sort();
  let low = linearQuantile(both, 0.005);
  let high = linearQuantile(both, 0.995);
  if (low === high) [low, high] = [both[0], both[both.length - 1]];
  const edges = equalEdges(low, high, BINS);
  const within = (values: Float64Array) => values.map((value) => Math.min(high, Math.max(low, value)));
  return {
    name,
    type: kind,
    edges,
    reference: shares(histogram(within(reference.present), edges)),
    current: shares(histogram(within(current.present), edges)),
  };
}

function mostFrequent(
  counted: { values: number[]; reference: number[]; current: number[] },
  label: (value: number) => string,
): { labels: string[]; reference: number[]; current: number[] } {
  const reference = shares(counted.reference);
  const current = shares(counted.current);
  const order = counted.values.map((_, i) => i);
  if (order.length > MAX_LABELS) {
    order.sort((a, b) => Math.max(reference[b], current[b]) - Math.max(reference[a], current[a]) || a - b);
  }
  const kept = order.slice(0, MAX_LABELS - (order.length > MAX_LABELS ? 1 : 0));
  const rest = order.slice(kept.length);
  const sum = (side: number[]) => rest.reduce((total, i) => total + side[i], 0);
  return {
    labels: [
      ...kept.map((i) => label(counted.values[i])),
      ...(rest.length > 0 ? [`${rest.length} others`] : []),
    ],
    reference: [...kept.map((i) => reference[i]), ...(rest.length > 0 ? [sum(reference)] : [])],
    current: [...kept.map((i) => current[i]), ...(rest.length > 0 ? [sum(current)] : [])],
  };
}
