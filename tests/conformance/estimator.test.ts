import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Params } from '../../training/estimator.ts';
import { ESTIMATORS } from '../../training/estimators/catalog.ts';
import { estimatorConformance } from './estimator.ts';

/** Parameters that keep the checks quick; any other estimator is checked with its defaults. */
const QUICK: Readonly<Record<string, Params>> = {
  forest: { trees: 40, depth: 6 },
  boosting: { trees: 60 },
  neural: { epochs: 30, batch: 16 },
  ensemble: { of: 'linear,boosting', 'boosting.trees': 20 },
};

it('every folder of an estimator is in the catalog', () => {
  const folders = readdirSync(new URL('../../training/estimators', import.meta.url), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect([...ESTIMATORS.names].sort()).toEqual(names.sort());
});

// Estimators that need an engine are checked in tests/services/engines.test.ts.
for (const estimator of ESTIMATORS.entries)
  if (!estimator.unavailable) estimatorConformance(estimator, { params: QUICK[estimator.name] });
