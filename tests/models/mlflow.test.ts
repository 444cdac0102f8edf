import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../models/package/build.ts';
import { servicePython } from '../../scripts/services/python.ts';
import { contentsOf, randomDefinition } from './random-definition.ts';

const python = servicePython();

function hasMlflow(): boolean {
  if (!python) return false;
  try {
    execFileSync(python, ['-c', 'import mlflow.onnx, onnxruntime'], { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

/** Prints the largest difference between golden outputs and what MLflow's Python function answers. */
const SCRIPT = `
import json, sys
import mlflow, numpy
worst = 0.0
for folder in sys.argv[1:]:
    model = mlflow.pyfunc.load_model(folder)
    for case in json.load(open(folder + '/golden.json'))['cases']:
        features = numpy.array(case['inputs']['features'], dtype=numpy.float32)
        answer = model.predict({'features': features})
        for name, values in case['outputs'].items():
            difference = numpy.abs(numpy.array(answer[name]) - numpy.array(values)).max()
            worst = max(worst, float(difference))
print(worst)
`;

describe.skipIf(!hasMlflow())(
  'MLflow (skipped unless scripts/services.sh install mlflow, or TOUCHLINE_PYTHON, gives a Python with it)',
  () => {
    let temporary: string;
    beforeAll(async () => {
      temporary = await mkdtemp(join(tmpdir(), 'touchline-mlflow-'));
    });
    afterAll(() => rm(temporary, { recursive: true }));

    it('loads packages as Python functions and reproduces their golden outputs', async () => {
      const folders: string[] = [];
      for (let seed = 0; seed < 8; seed++) {
        const { files } = await buildPackage(contentsOf(randomDefinition(seed)));
        const folder = join(temporary, String(seed));
        await mkdir(folder);
        for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
        folders.push(folder);
      }
      const { stdout } = await promisify(execFile)(python!, ['-c', SCRIPT, ...folders]);
      expect(Number(stdout.trim().split('\n').at(-1))).toBeLessThan(1e-5);
    });
  },
);
