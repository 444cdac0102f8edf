import { columnEdges, MAX_BINS } from './bins.ts';
import type { Kernel } from './kernel.ts';
import { type BinnedRows, BLOCK, HISTOGRAM_BYTES, type Workspace } from './memory.ts';

/** Values that fit into a scratch block, where the kernel reads them. */
const CHUNK = (BLOCK * HISTOGRAM_BYTES) / 4;

/**
 * Cuts a column into bins by its training rows and writes the bin of every row: the number of edges at or below the value,
 * or the number of all edges if it is missing.
 * @param thread the thread whose scratch block is used.
 */
export function fillBins(
  workspace: Workspace,
  kernel: Kernel,
  thread: number,
  column: number,
  maxBins: number,
  train: Float32Array,
  validation?: Float32Array,
): void {
  const { columns } = workspace.shape;
  const found = columnEdges(train, columns, column, maxBins);
  const edges = workspace.edges.subarray(column * MAX_BINS, (column + 1) * MAX_BINS);
  edges.fill(Number.POSITIVE_INFINITY);
  edges.set(found);
  workspace.edgeCounts[column] = found.length;
  const scratch = new Float32Array(workspace.memory.buffer, workspace.scratch[thread], CHUNK);

  const fill = (values: Float32Array, { rows, bins }: BinnedRows) => {
    for (let from = 0; from < rows; from += CHUNK) {
      const count = Math.min(CHUNK, rows - from);
      gather(values, columns, column, from, count, scratch);
      kernel.bin(
        scratch.byteOffset,
        scratch.byteOffset + count * 4,
        edges.byteOffset,
        Math.max(0, found.length - 1),
        found.length,
        bins.byteOffset + column * rows + from,
      );
    }
  };
  fill(train, workspace.train);
  if (validation) fill(validation, workspace.validation);
}

function gather(
  values: Float32Array,
  width: number,
  column: number,
  from: number,
  count: number,
  into: Float32Array,
): void {
  for (let i = 0, at = from * width + column; i < count; i++, at += width) into[i] = values[at];
}
