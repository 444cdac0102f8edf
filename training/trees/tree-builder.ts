import type { Tree } from '../../models/definition.ts';

/** Collects the nodes of one tree; children are numbered after their parent. */
export class TreeBuilder {
  private readonly feature: number[] = [];
  private readonly threshold: number[] = [];
  private readonly left: number[] = [];
  private readonly right: number[] = [];
  private readonly missingLeft: number[] = [];
  private readonly value: number[] = [];
  private readonly cover: number[] = [];

  /** Adds a node, which is a leaf until it is split. @returns its number */
  add(value: number, cover: number): number {
    this.threshold.push(0);
    this.left.push(0);
    this.right.push(0);
    this.missingLeft.push(0);
    this.value.push(value);
    this.cover.push(cover);
    return this.feature.push(-1) - 1;
  }

  split(node: number, feature: number, threshold: number, missingLeft: boolean, left: number, right: number) {
    this.feature[node] = feature;
    this.threshold[node] = threshold;
    this.missingLeft[node] = missingLeft ? 1 : 0;
    this.left[node] = left;
    this.right[node] = right;
    this.value[node] = 0;
  }

  build(): Tree {
    return {
      feature: Int32Array.from(this.feature),
      threshold: Float32Array.from(this.threshold),
      left: Int32Array.from(this.left),
      right: Int32Array.from(this.right),
      missingLeft: Uint8Array.from(this.missingLeft),
      value: Float32Array.from(this.value),
      cover: Float64Array.from(this.cover),
    };
  }
}
