import { readTraining } from '../../datasets/snapshots/read-training.ts';
import { getSnapshot } from '../../datasets/snapshots/stored-snapshots.ts';
import { loadPackage } from '../../models/package/load.ts';
import type { PackageFiles } from '../../models/package/package.ts';
import { probePackage } from '../../models/package/probe.ts';
import { openPackages } from '../../models/package/store.ts';
import { meanModel } from '../../models/rules/constant.ts';
import { systemClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { hashJson } from '../../platform/hash.ts';
import type { Json } from '../../platform/store/store.ts';
import type { ModelVersion, Tracking } from '../../platform/tracking/tracking.ts';
import { type Contender, compareOnTest, type TestReport } from '../../registry/compare-on-test.ts';
import { summaryOf } from '../../registry/evidence.ts';
import { decide } from '../../registry/gate.ts';
import { CHAMPION } from '../../registry/history.ts';
import { lossOf } from '../../registry/losses.ts';
import { isPackageFault, promote, recordRejection } from '../../registry/promotion.ts';
import { STORED } from '../../registry/stored-names.ts';
import type { StepContext, StepDeps } from '../deps.ts';
import type { Product } from '../product.ts';
import { CHALLENGER } from '../resolve-model.ts';

export interface JudgeRequest {
  snapshot: string;
  run: string;
  package: string;
  by: string;
  /** What a reader of the decision should know about the candidate. */
  note?: string;
}

export interface JudgeResult {
  promoted: boolean;
  version?: number;
  reasons: string[];
}

/** Submits a candidate to the gate, on the test part of its snapshot, and makes it champion if it passes. */
export async function judgeCandidate(
  product: Product,
  request: JudgeRequest,
  { platform }: Pick<StepDeps, 'platform'>,
  { progress }: StepContext,
): Promise<JudgeResult> {
  const { tracking, store, blobs } = platform;
  const { name } = product;
  const packages = openPackages(platform);
  const load = async (hash: string) => loadPackage(await packages.get(hash), { hash });
  const contender = async (files: PackageFiles, hash: string, version: number): Promise<Contender> => ({
    model: await loadPackage(files, { hash }),
    version,
    bytes: [...files.values()].reduce((sum, file) => sum + file.length, 0),
  });

  const alias = await tracking.getAlias(name, CHAMPION);
  const current = alias && (await tracking.getVersion(name, alias.version));
  const version = await tracking.createVersion({
    model: name,
    run: request.run,
    package: request.package,
    tags: { snapshot: request.snapshot },
  });
  if (current?.package === request.package)
    return {
      promoted: true,
      version: current.version,
      reasons: [`This package is already the champion, as version ${current.version}.`],
    };

  const previous = await tracking.getAlias(name, CHALLENGER);
  await tracking.moveAlias(name, CHALLENGER, version.version, previous?.revision ?? 0);
  progress({ stage: 'gate', done: 0, total: 1 });
  const snapshot = await getSnapshot(request.snapshot, { store });
  const deps = { tracking, store, clock: systemClock, load };
  const { by, ...keyedFields } = request;
  const ledgerRequest = {
    ...{ product: name, by, version: version.version },
    // The key hashes everything the decision depends on, so a request repeated after a crash has the same key.
    key: hashJson({ product: name, ...keyedFields, champion: alias?.revision ?? 0 }),
  };
  const notes = request.note === undefined ? [] : [request.note];

  async function loadChallenger(): Promise<Contender> {
    try {
      const files = await packages.get(request.package);
      // In a separate process first: a package that crashes the runtime must not crash this process.
      await probePackage(files, { hash: request.package });
      return await contender(files, request.package, version.version);
    } catch (error) {
      if (!isPackageFault(error)) throw error;
      return recordRejection({ ...ledgerRequest, error, evidence: { snapshot: snapshot.id } }, deps);
    }
  }

  /** Undefined if the champion's package is damaged, which must not block every other candidate. */
  async function loadChampion({ package: hash, version }: ModelVersion): Promise<Contender | undefined> {
    try {
      return await contender(await packages.get(hash), hash, version);
    } catch (error) {
      if (!isPackageFault(error)) throw error;
      notes.push(
        `Version ${version} cannot be loaded, so the challenger is compared with the baseline: ${error.message}`,
      );
      return undefined;
    }
  }

  const challenger = await loadChallenger();
  let champion: Contender | undefined;
  try {
    champion = current && (await loadChampion(current));
    const { train } = await readTraining(snapshot, product.features, { blobs, seed: 1 });
    const comparison = await compareOnTest({
      snapshot,
      features: product.features,
      task: product.task,
      scale: product.scale,
      loss: lossOf(product.training.primaryMetric, product.task),
      challenger,
      champion,
      baseline: product.baseline?.(train.columns) ?? meanModel(train),
      blobs,
    });
    const decision = decide({ ...comparison, rules: product.gate });
    const evidence = {
      snapshot: snapshot.id,
      challenger: summaryOf(comparison.challenger),
      [STORED.incumbent]: summaryOf(comparison.incumbent),
      baseline: comparison.baseline ? summaryOf(comparison.baseline) : null,
      [STORED.testReport]: comparison.report as unknown as Json,
      notes: [...notes, ...comparison.notes],
    };
    await trackReport(request.run, comparison.report, tracking);
    progress({ stage: 'gate', done: 1, total: 1, note: decision.promoted ? 'promoted' : 'rejected' });
    const reasons = [...notes, ...comparison.notes, ...decision.reasons];
    try {
      await promote({ ...ledgerRequest, decision, evidence }, deps);
    } catch (error) {
      if (error instanceof TouchlineError && error.code === 'REFUSED_BY_GATE')
        return { promoted: false, version: version.version, reasons };
      throw error;
    }
    return { promoted: true, version: version.version, reasons };
  } finally {
    await challenger.model.close();
    await champion?.model.close();
  }
}

/** Adds the test report and its metrics to the candidate's run. */
async function trackReport(run: string, report: TestReport, tracking: Tracking): Promise<void> {
  await tracking.putArtifact(run, STORED.testReportFile, Buffer.from(JSON.stringify(report)));
  const metrics = Object.entries(report.metrics).map(([name, { value }]) => ({
    name: `test_${name}`,
    value,
    step: 0,
  }));
  await tracking.logRun(run, { metrics: metrics.filter(({ value }) => Number.isFinite(value)) });
}
