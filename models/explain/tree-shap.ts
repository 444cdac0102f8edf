import type { Tree, TreesMember } from '../definition.ts';

/** Depth of the deepest leaf; a single leaf has depth 0. */
function depthOf(tree: Tree, node = 0): number {
  if (tree.feature[node] < 0) return 0;
  return 1 + Math.max(depthOf(tree, tree.left[node]), depthOf(tree, tree.right[node]));
}

/** Share of the training weight at `node` that went left; one half where no row reached the node. */
function shareLeft(tree: Tree, node: number): number {
  const left = tree.cover[tree.left[node]];
  const right = tree.cover[tree.right[node]];
  return left + right > 0 ? left / (left + right) : 0.5;
}

/** Mean of the leaves, weighted by the training weight that reached them. */
function expectedValue(tree: Tree, node = 0): number {
  if (tree.feature[node] < 0) return tree.value[node];
  const share = shareLeft(tree, node);
  return share * expectedValue(tree, tree.left[node]) + (1 - share) * expectedValue(tree, tree.right[node]);
}

/**
 * Path-dependent TreeSHAP, exact, in O(leaves · depth²) per tree: Lundberg, Erion & Lee, "Consistent Individualized Feature
 * Attribution for Tree Ensembles" (2018), algorithm 2. The paths of all depths are stored one after the other in arrays
 * that are allocated once, so that explaining a row allocates nothing.
 */
class TreeWalker {
  readonly #feature: Int32Array;
  /** Share of paths that flow through while the feature is left out, and while it is known. */
  readonly #zero: Float64Array;
  readonly #one: Float64Array;
  readonly #weight: Float64Array;
  #tree!: Tree;
  #row!: Float32Array;
  #out!: Float64Array;
  #lessOrEqual = false;

  constructor(depth: number) {
    const size = ((depth + 2) * (depth + 3)) / 2;
    this.#feature = new Int32Array(size);
    this.#zero = new Float64Array(size);
    this.#one = new Float64Array(size);
    this.#weight = new Float64Array(size);
  }

  /** Adds the Shapley values of one row in one tree to `out`. */
  add(tree: Tree, row: Float32Array, compare: TreesMember['compare'], out: Float64Array): void {
    this.#tree = tree;
    this.#row = row;
    this.#out = out;
    this.#lessOrEqual = compare === 'le';
    this.#walk(0, 0, 0, 1, 1, -1);
  }

  /** @param start position of the parent's path, whose `length` elements are copied behind it */
  #walk(node: number, start: number, length: number, zero: number, one: number, feature: number): void {
    const features = this.#feature;
    const zeros = this.#zero;
    const ones = this.#one;
    const weights = this.#weight;
    const at = start + length;
    for (let i = 0; i < length; i++) {
      features[at + i] = features[start + i];
      zeros[at + i] = zeros[start + i];
      ones[at + i] = ones[start + i];
      weights[at + i] = weights[start + i];
    }
    features[at + length] = feature;
    zeros[at + length] = zero;
    ones[at + length] = one;
    weights[at + length] = length === 0 ? 1 : 0;
    for (let i = length - 1; i >= 0; i--) {
      weights[at + i + 1] += (one * weights[at + i] * (i + 1)) / (length + 1);
      weights[at + i] = (zero * weights[at + i] * (length - i)) / (length + 1);
    }

    const tree = this.#tree;
    const split = tree.feature[node];
    if (split < 0) {
      const value = tree.value[node];
      for (let i = 1; i <= length; i++)
        this.#out[features[at + i]] +=
          this.#unwoundSum(at, length, i) * (ones[at + i] - zeros[at + i]) * value;
      return;
    }

    let size = length + 1;
    let zeroBefore = 1;
    let oneBefore = 1;
    for (let i = 1; i <= length; i++) {
      if (features[at + i] !== split) continue;
      zeroBefore = zeros[at + i];
      oneBefore = ones[at + i];
      this.#unwind(at, length, i);
      size--;
      break;
    }
    const x = this.#row[split];
    const threshold = tree.threshold[node];
    const goesLeft =
      (this.#lessOrEqual ? x <= threshold : x < threshold) ||
      (tree.missingLeft[node] === 1 && Number.isNaN(x));
    const left = zeroBefore * shareLeft(tree, node);
    const right = zeroBefore - left;
    this.#enter(tree.left[node], at, size, left, goesLeft ? oneBefore : 0, split);
    this.#enter(tree.right[node], at, size, right, goesLeft ? 0 : oneBefore, split);
  }

  /** Skips subtrees that nothing flows into, with or without the feature. */
  #enter(node: number, start: number, length: number, zero: number, one: number, feature: number): void {
    if (zero !== 0 || one !== 0) this.#walk(node, start, length, zero, one, feature);
  }

  /** Removes element `index` from the path whose last index is `last`. */
  #unwind(at: number, last: number, index: number): void {
    const weights = this.#weight;
    const one = this.#one[at + index];
    const zero = this.#zero[at + index];
    let next = weights[at + last];
    for (let i = last - 1; i >= 0; i--) {
      if (one !== 0) {
        const before = weights[at + i];
        weights[at + i] = (next * (last + 1)) / ((i + 1) * one);
        next = before - (weights[at + i] * zero * (last - i)) / (last + 1);
      } else weights[at + i] = (weights[at + i] * (last + 1)) / (zero * (last - i));
    }
    for (let i = index; i < last; i++) {
      this.#feature[at + i] = this.#feature[at + i + 1];
      this.#zero[at + i] = this.#zero[at + i + 1];
      this.#one[at + i] = this.#one[at + i + 1];
    }
  }

  /** Sum of the weights that would remain if element `index` were removed. */
  #unwoundSum(at: number, last: number, index: number): number {
    const weights = this.#weight;
    const one = this.#one[at + index];
    const zero = this.#zero[at + index];
    let sum = 0;
    if (one !== 0) {
      let next = weights[at + last];
      for (let i = last - 1; i >= 0; i--) {
        const part = (next * (last + 1)) / ((i + 1) * one);
        sum += part;
        next = weights[at + i] - (part * zero * (last - i)) / (last + 1);
      }
    } else for (let i = last - 1; i >= 0; i--) sum += (weights[at + i] * (last + 1)) / (zero * (last - i));
    return sum;
  }
}

/**
 * Shapley values of one member's raw output before its affine step.
 * @returns `base`, the expected output over the training covers, and a function that adds `factor` times the values of a
 * row (float32, NaN where missing) to `out`, one number per column
 */
export function treeShap(member: TreesMember): {
  base: number;
  explain(row: Float32Array, factor: number, out: Float64Array): void;
} {
  const { trees, compare } = member;
  const share = member.aggregate === 'mean' ? 1 / trees.length : 1;
  const walker = new TreeWalker(trees.reduce((deepest, tree) => Math.max(deepest, depthOf(tree)), 0));
  const expected = trees.reduce((sum, tree) => sum + expectedValue(tree), 0);
  return {
    base: member.base + share * expected,
    explain(row, factor, out) {
      const own = new Float64Array(out.length);
      for (const tree of trees) walker.add(tree, row, compare, own);
      for (let j = 0; j < out.length; j++) out[j] += factor * share * own[j];
    },
  };
}
