import { fitColumn, MAX_BINS } from './bins.ts';
import { Memory, type SharedMemory } from './shared-wasm.ts';

/** Slots of a histogram: the bins and the one for missing values, each a pair of sums. */
export const HISTOGRAM_BYTES = (MAX_BINS + 1) * 16;
/** Histograms that are filled in one pass over the rows. */
export const BLOCK = 4;
/** Bytes that the stored histograms of one area may take; deeper levels are built without parents. */
const STORED_LIMIT = 512 * 1024 * 1024;

export interface Shape {
  rows: number;
  columns: number;
  /** Deepest level of a tree; the root is level 0. */
  depth: number;
  /** Whether histograms are kept for subtraction (boosting), or built for each node afresh (forests). */
  stored: boolean;
  /** Columns that a node may be split by. */
  candidates: number;
  /** Trees that are grown at the same time: 1 for boosting. */
  areas: number;
  threads: number;
}

/** What the growth of one tree works on. All arrays lie in the shared memory, each also by its byte address. */
export interface Area {
  /** Interleaved gradient and hessian of each row, as integers of a common scale. */
  gradients: Int32Array;
  /** Row numbers in node order; levels alternate between the two. */
  rows: [Int32Array, Int32Array];
  spare: number;
  histograms: number;
  /** Stored histograms: one a node of a level. */
  slots: number;
  /** Fields of the level's nodes, see `level.ts`. */
  nodes: Int32Array;
  sums: Float64Array;
  /** Columns to look at: one list for all nodes, or one a node. */
  lists: Int32Array;
  /** Best split by node and column. */
  found: Float64Array;
}

export interface Workspace {
  shape: Shape;
  memory: SharedMemory;
  /** Column-major. */
  bins: Uint8Array;
  edges: Float32Array;
  edgeCounts: Int32Array;
  areas: Area[];
  /** Byte address of one block of histograms a thread. */
  scratch: number[];
}

export const NODE_FIELDS = 10;
export const FOUND_FIELDS = 5;

/** Nodes of one level at most: a node that splits has two rows. */
export function levelWidth(shape: Shape): number {
  return Math.max(1, Math.min(2 ** (shape.depth - 1), Math.ceil(shape.rows / 2)));
}

function slotsOf(shape: Shape): number {
  if (!shape.stored) return 0;
  return Math.max(
    1,
    Math.min(levelWidth(shape), Math.floor(STORED_LIMIT / (shape.columns * HISTOGRAM_BYTES))),
  );
}

/** Lays the workspace out in a memory of its own, or, given one, finds everything in it again (in another thread). */
export function openWorkspace(shape: Shape, shared?: SharedMemory): Workspace {
  const { rows, columns } = shape;
  const width = levelWidth(shape);
  const slots = slotsOf(shape);
  let end = 0;
  const take = (bytes: number): number => {
    const at = end;
    // 64 bytes: a cache line, so that two threads never write the same one.
    end = (end + bytes + 63) & ~63;
    if (end < at || end > 0x7fffffc0) throw new RangeError('too large');
    return at;
  };
  const bins = take(rows * columns);
  const edges = take(columns * MAX_BINS * 4);
  const edgeCounts = take(columns * 4);
  const scratch = Array.from({ length: shape.threads }, () => take(BLOCK * HISTOGRAM_BYTES));
  const areas = Array.from({ length: shape.areas }, () => ({
    gradients: take(rows * 8),
    first: take(rows * 4),
    second: take(rows * 4),
    spare: take(rows * 4),
    histograms: take(slots * columns * HISTOGRAM_BYTES),
    nodes: take(width * NODE_FIELDS * 4),
    sums: take(width * 16),
    lists: take((shape.stored ? 1 : width) * shape.candidates * 4),
    found: take(width * shape.candidates * FOUND_FIELDS * 8),
  }));
  const pages = Math.ceil(end / 65536);
  const memory = shared ?? new Memory({ initial: pages, maximum: pages, shared: true });
  const buffer = memory.buffer;
  return {
    shape,
    memory,
    bins: new Uint8Array(buffer, bins, rows * columns),
    edges: new Float32Array(buffer, edges, columns * MAX_BINS),
    edgeCounts: new Int32Array(buffer, edgeCounts, columns),
    scratch,
    areas: areas.map((at) => ({
      gradients: new Int32Array(buffer, at.gradients, rows * 2),
      rows: [new Int32Array(buffer, at.first, rows), new Int32Array(buffer, at.second, rows)],
      spare: at.spare,
      histograms: at.histograms,
      slots,
      nodes: new Int32Array(buffer, at.nodes, width * NODE_FIELDS),
      sums: new Float64Array(buffer, at.sums, width * 2),
      lists: new Int32Array(buffer, at.lists, (shape.stored ? 1 : width) * shape.candidates),
      found: new Float64Array(buffer, at.found, width * shape.candidates * FOUND_FIELDS),
    })),
  };
}

/** Cuts every column into bins and writes the bins of all rows. */
export function fillBins(workspace: Workspace, values: Float32Array, maxBins: number): void {
  const { rows, columns } = workspace.shape;
  for (let column = 0; column < columns; column++) {
    const bins = workspace.bins.subarray(column * rows, (column + 1) * rows);
    const edges = fitColumn(values, columns, column, maxBins, bins);
    workspace.edges.set(edges, column * MAX_BINS);
    workspace.edgeCounts[column] = edges.length;
  }
}
