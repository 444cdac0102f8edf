import { existsSync } from 'node:fs';
import { join } from 'node:path';

const OWN = join(import.meta.dirname, '../../.services/python/bin/python');

/** The Python with MLflow and the libraries to compare with: TOUCHLINE_PYTHON, or the one of `scripts/services.sh install mlflow`. */
export function servicePython(): string | undefined {
  return process.env.TOUCHLINE_PYTHON ?? (existsSync(OWN) ? OWN : undefined);
}
