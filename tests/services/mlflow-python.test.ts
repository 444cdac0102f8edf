import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../models/package/build.ts';
import { openSqliteStore } from '../../platform/store/sqlite/store.ts';
import type { Store } from '../../platform/store/store.ts';
import { createMlflowClient } from '../../platform/tracking/mlflow/client/client.ts';
import { openMlflowTracking } from '../../platform/tracking/mlflow/tracking.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';
import { contentsOf, randomDefinition } from '../models/random-definition.ts';
import { servicePython, serviceUrl } from './real.ts';

const url = serviceUrl('mlflow');
const python = servicePython();

/** Prints the largest difference between the golden outputs and the champion's predictions in Python. */
const CHAMPION = `
import json, sys
import mlflow, numpy
from mlflow.artifacts import download_artifacts
mlflow.set_tracking_uri(sys.argv[1])
name = 'models:/' + sys.argv[2] + '@champion'
model = mlflow.pyfunc.load_model(name)
folder = download_artifacts(artifact_uri=name)
worst = 0.0
for case in json.load(open(folder + '/golden.json'))['cases']:
    features = numpy.array(case['inputs']['features'], dtype=numpy.float32)
    answer = model.predict({'features': features})
    for output, values in case['outputs'].items():
        difference = numpy.abs(numpy.array(answer[output]) - numpy.array(values)).max()
        worst = max(worst, float(difference))
print(worst)
`;

describe.skipIf(!url || !python)(
  'MLflow and Python (skipped unless MLflow runs and there is a Python with mlflow)',
  () => {
    const model = `squats-${randomUUID().slice(0, 8)}`;
    let store: Store;
    let tracking: Tracking;
    beforeAll(() => {
      store = openSqliteStore({ path: ':memory:' });
      tracking = openMlflowTracking({ url: url!, store });
    });
    afterAll(async () => {
      const { registry } = createMlflowClient({ url: url! });
      await registry.deleteModel(model);
      await store.close();
    });

    it('provides a champion that mlflow.pyfunc.load_model loads and that predicts the golden outputs', async () => {
      const run = await tracking.startRun({ experiment: model, name: 'boosting' });
      const { hash, files } = await buildPackage(contentsOf(randomDefinition(1)));
      for (const [path, bytes] of files) await tracking.putArtifact(run.id, `package/${path}`, bytes);
      await tracking.finishRun(run.id, 'finished');
      const { version } = await tracking.createVersion({ model, run: run.id, package: hash });
      await tracking.moveAlias(model, 'champion', version, 0);
      const { stdout } = await promisify(execFile)(python!, ['-c', CHAMPION, url!, model]);
      expect(Number(stdout.trim().split('\n').at(-1))).toBeLessThan(1e-5);
    });
  },
);
