import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtlReport, runEtl } from '../../etl/run-etl.ts';
import type { StepContext, StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';

/** The location of a product's simulated data: `--from simulated`, or `simulated:7` for another seed. */
const SIMULATED = /^simulated(?::(\d+))?$/;

/** Ingests data. Idempotent. */
export async function etlStep(
  product: Product,
  { from, limit }: { from: string; limit?: number },
  { platform, maxFileBytes }: Pick<StepDeps, 'platform' | 'maxFileBytes'>,
  { progress, signal }: StepContext,
): Promise<EtlReport> {
  const { store, blobs } = platform;
  const read = (location: string) =>
    runEtl(product.etl, location, { store, blobs, progress, limit, signal, maxBytes: maxFileBytes });
  const simulated = SIMULATED.exec(from);
  if (!simulated || !product.simulate) return read(from);
  const folder = await mkdtemp(join(tmpdir(), 'touchline-simulated-'));
  try {
    await product.simulate(folder, Number(simulated[1] ?? 1));
    return await read(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
