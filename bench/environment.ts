import { cpus, totalmem } from 'node:os';

export interface Environment {
  node: string;
  platform: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
}

/** The machine that figures were measured on. */
export function environment(): Environment {
  const cores = cpus();
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}
