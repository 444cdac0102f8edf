import { TouchlineError } from '../../platform/errors.ts';
import { MAX_BINS } from './bins.ts';
import { Memory, type SharedMemory } from './shared-wasm.ts';

/** Bytes of a histogram: a pair of sums for each bin and for missing values. */
export const HISTOGRAM_BYTES = (MAX_BINS + 1) * 16;
/** Histograms that are filled in one pass over the rows. */
export const BLOCK = 4;
/** Most bytes for the stored histograms of one area; deeper levels are built without their parents. */
const STORED_LIMIT = 512 * 1024 * 1024;
/** Addresses have 32 bits; half of that range is already more than most machines can spare. */
const MEMORY_LIMIT = 2 ** 31 - 65536;

export interface Shape {
  rows: number;
  /** Rows whose predictions are updated with each tree, without growing it. */
  validationRows: number;
  columns: number;
  /** Deepest level of a tree; the root is level 0. */
  depth: number;
  /** Whether histograms are kept for subtraction (boosting) or built anew for each node (forests). */
  stored: boolean;
  /** Columns that a node may be split on. */
  candidates: number;
  /** Trees that are grown concurrently; 1 for boosting. */
  areas: number;
  threads: number;
}

/** The working memory of one growing tree. */
export interface Area {
  /** Interleaved gradient and hessian of each row, as integers of a common scale. */
  gradients: Int32Array;
  /** Row numbers in node order; levels alternate between the two. */
  rows: [Int32Array, Int32Array];
  /** Address of a buffer for as many row numbers. */
  spare: number;
  /** Address of the stored histograms: `slots` times all columns. */
  histograms: number;
  slots: number;
  /** Fields of the level's nodes, see `level.ts`. */
  nodes: Int32Array;
  sums: Float64Array;
  /** Candidate columns: one list for all nodes, or one per node. */
  lists: Int32Array;
  /** Best split by node and column. */
  found: Float64Array;
}

/** Rows as bins, and the sum of their leaves so far. */
export interface BinnedRows {
  rows: number;
  /** Column-major. */
  bins: Uint8Array;
  sums: Float64Array;
  /** 1 for rows that `descend` skips. */
  mask: Uint8Array;
}

/** All memory that the threads share; each array also has a byte address in it. */
export interface Workspace {
  shape: Shape;
  memory: SharedMemory;
  edges: Float32Array;
  edgeCounts: Int32Array;
  train: BinnedRows;
  validation: BinnedRows;
  /** The tree that `descend` follows. */
  walk: Int32Array;
  areas: Area[];
  /** Address of one block of histograms per thread. */
  scratch: number[];
}

export const NODE_FIELDS = 10;
export const FOUND_FIELDS = 5;

/** Most nodes of one level: a node that splits has at least two rows. */
function levelWidth(shape: Shape): number {
  return Math.max(1, Math.min(2 ** (shape.depth - 1), Math.ceil(shape.rows / 2)));
}

function slotsOf(shape: Shape): number {
  if (!shape.stored) return 0;
  const affordable = Math.floor(STORED_LIMIT / (shape.columns * HISTOGRAM_BYTES));
  return Math.max(1, Math.min(levelWidth(shape), affordable));
}

/** Allocates arrays in a memory one after the other; without a buffer it only adds up their sizes. */
class Layout {
  end = 0;
  private readonly buffer: SharedArrayBuffer | undefined;

  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer;
  }

  bytes(count: number): number {
    const at = this.end;
    // Arrays start on cache lines of 64 bytes, so two threads never write to the same one.
    this.end = Math.ceil((at + count) / 64) * 64;
    return at;
  }

  uint8(count: number): Uint8Array {
    const at = this.bytes(count);
    return this.buffer ? new Uint8Array(this.buffer, at, count) : new Uint8Array();
  }

  int32(count: number): Int32Array {
    const at = this.bytes(count * 4);
    return this.buffer ? new Int32Array(this.buffer, at, count) : new Int32Array();
  }

  float32(count: number): Float32Array {
    const at = this.bytes(count * 4);
    return this.buffer ? new Float32Array(this.buffer, at, count) : new Float32Array();
  }

  float64(count: number): Float64Array {
    const at = this.bytes(count * 8);
    return this.buffer ? new Float64Array(this.buffer, at, count) : new Float64Array();
  }
}

function arrange(shape: Shape, layout: Layout): Omit<Workspace, 'memory'> {
  const { rows, columns } = shape;
  const width = levelWidth(shape);
  const slots = slotsOf(shape);
  const binned = (count: number): BinnedRows => ({
    rows: count,
    bins: layout.uint8(count * columns),
    sums: layout.float64(count),
    mask: layout.uint8(count),
  });
  return {
    shape,
    edges: layout.float32(columns * MAX_BINS),
    edgeCounts: layout.int32(columns),
    walk: layout.int32(4 * Math.min(2 ** (shape.depth + 1), 2 * rows)),
    train: binned(rows),
    validation: binned(shape.validationRows),
    scratch: Array.from({ length: shape.threads }, () => layout.bytes(BLOCK * HISTOGRAM_BYTES)),
    areas: Array.from({ length: shape.areas }, () => ({
      gradients: layout.int32(rows * 2),
      rows: [layout.int32(rows), layout.int32(rows)],
      spare: layout.bytes(rows * 4),
      histograms: layout.bytes(slots * columns * HISTOGRAM_BYTES),
      slots,
      nodes: layout.int32(width * NODE_FIELDS),
      sums: layout.float64(width * 2),
      lists: layout.int32((shape.stored ? 1 : width) * shape.candidates),
      found: layout.float64(width * shape.candidates * FOUND_FIELDS),
    })),
  };
}

/**
 * Lays out a workspace in new memory or, in another thread, in the shared memory that already holds it.
 * @throws INVALID_INPUT if it would take more than 2 GiB
 */
export function openWorkspace(shape: Shape, shared?: SharedMemory): Workspace {
  const measure = new Layout();
  arrange(shape, measure);
  if (measure.end > MEMORY_LIMIT)
    throw new TouchlineError(
      'INVALID_INPUT',
      `Trees on ${shape.rows} rows of ${shape.columns} columns take ${(measure.end / 2 ** 30).toFixed(1)} GiB, more than the limit of 2 GiB: use fewer rows, columns, levels or threads.`,
      { details: { rows: shape.rows, columns: shape.columns, depth: shape.depth, bytes: measure.end } },
    );
  const pages = Math.ceil(measure.end / 65536);
  const memory = shared ?? new Memory({ initial: pages, maximum: pages, shared: true });
  return { ...arrange(shape, new Layout(memory.buffer)), memory };
}
