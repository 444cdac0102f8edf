import { TouchlineError } from '../../platform/errors.ts';
import type { Member, Task, Tree, TreesMember } from '../definition.ts';

/** Trees that another library fitted, with the names of its features in their order. */
export interface ForeignTrees {
  features: readonly string[];
  task: Task;
  member: Extract<Member, TreesMember>;
}

/** One node of a tree that is being read. */
export type Node =
  | { leaf: number; cover: number }
  | { feature: number; threshold: number; missingLeft: boolean; cover: number; left: Node; right: Node };

/** Nested nodes as parallel arrays, parents before children. Values are rounded to float32. */
export function treeOf(root: Node): Tree {
  const nodes: { node: Node; left: number; right: number }[] = [];
  const place = (node: Node): number => {
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

/** The largest float32 that is not above `x`: for a float32 value v, v ≤ x is v ≤ floor32(x). */
export function floor32(x: number): number {
  const near = Math.fround(x);
  if (near <= x) return near;
  if (near === 0) return -1.401298464324817e-45;
  asFloat[0] = near;
  bits[0] += near > 0 ? -1 : 1;
  return asFloat[0];
}

export function unsupported(library: string, what: string): TouchlineError {
  return new TouchlineError('INVALID_FORMAT', `This ${library} model cannot be read: ${what}.`);
}
