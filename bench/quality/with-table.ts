import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoldRow } from '../../datasets/snapshots/snapshot.ts';

/** Writes rows as a CSV file (group, target, plain values; empty where not known) for a peer, and deletes it afterwards. */
export async function withTable<T>(
  rows: readonly Pick<GoldRow, 'group' | 'target' | 'values'>[],
  width: number,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-quality-'));
  try {
    const path = join(folder, 'rows.csv');
    const head = ['group', 'target', ...Array.from({ length: width }, (_, j) => `x${j}`)].join(',');
    const lines = rows.map(({ group, target, values }) =>
      [group, target, ...values.map((x) => x ?? '')].join(','),
    );
    writeFileSync(path, [head, ...lines, ''].join('\n'));
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
