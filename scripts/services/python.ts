import { existsSync } from 'node:fs';
import { join } from 'node:path';

const OWN = join(import.meta.dirname, '../../.services/python/bin/python');

/** The Python with MLflow and the peers: TOUCHLINE_PYTHON names it, or `scripts/services.sh install mlflow` made it. */
export function servicePython(): string | undefined {
  return process.env.TOUCHLINE_PYTHON ?? (existsSync(OWN) ? OWN : undefined);
}
