import { TouchlineError } from '../../platform/errors.ts';
import type { Member, Task, Tree, TreesMember } from '../definition.ts';

/** Trees fitted by another library, with the names of its features in their order. */
export interface ImportedTrees {
  features: readonly string[];
  task: Task;
  member: Extract<Member, TreesMember>;
}

/** One node of a tree as another library nests it. */
export type NestedNode =
  | { leaf: number; cover: number }
  | {
      feature: number;
      threshold: number;
      missingLeft: boolean;
      cover: number;
      left: NestedNode;
      right: NestedNode;
    };

/**
 * Nested nodes as parallel arrays, parents before children. Values are rounded to float32.
 * @example
 * flattenTree({ leaf: 0.5, cover: 1 }).value[0]; // => 0.5
 */
export function flattenTree(root: NestedNode): Tree {
  const nodes: { node: NestedNode; left: number; right: number }[] = [];
  const place = (node: NestedNode): number => {
    const slot = { node, left: 0, right: 0 };
    const id = nodes.push(slot) - 1;
    if (!('leaf' in node)) {
      slot.left = place(node.left);
      slot.right = place(node.right);
    }
    return id;
  };
  place(root);
  return {
    feature: Int32Array.from(nodes, ({ node }) => ('leaf' in node ? -1 : node.feature)),
    threshold: Float32Array.from(nodes, ({ node }) => ('leaf' in node ? 0 : node.threshold)),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    missingLeft: Uint8Array.from(nodes, ({ node }) => ('leaf' in node || !node.missingLeft ? 0 : 1)),
    value: Float32Array.from(nodes, ({ node }) => ('leaf' in node ? node.leaf : 0)),
    cover: Float64Array.from(nodes, ({ node }) => node.cover),
  };
}

const bits = new Int32Array(1);
const asFloat = new Float32Array(bits.buffer);

/**
 * The largest float32 that is not above `x`: for a float32 value v, v ≤ x is equivalent to v ≤ floor32(x).
 * @example
 * floor32(0.5); // => 0.5
 * floor32(0.1) < 0.1; // => true
 */
export function floor32(x: number): number {
  const near = Math.fround(x);
  if (near <= x) return near;
  if (near === 0) return -1.401298464324817e-45;
  asFloat[0] = near;
  bits[0] += near > 0 ? -1 : 1;
  return asFloat[0];
}

/** The error for a model of another program that cannot be represented here. */
export function unsupported(library: string, what: string): TouchlineError {
  return new TouchlineError('INVALID_FORMAT', `This ${library} model cannot be read: ${what}.`);
}
