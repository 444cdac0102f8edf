import { parentPort, workerData } from 'node:worker_threads';
import { reporterTo } from '../thread.ts';
import { reportTo } from '../trees/report.ts';
import { ENGINES } from './catalog.ts';
import type { EngineInput, EngineSetup } from './engine.ts';
import { openLibrary } from './library.ts';
import { type LightgbmSettings, withLightgbm } from './lightgbm.ts';
import { type Booster, type EngineResult, type EngineTask, growRounds } from './rounds.ts';
import { withXgboost } from './xgboost.ts';

const { engine, library } = workerData as EngineSetup;

parentPort?.on('message', async ({ task, stop }: EngineInput) => {
  const { log, done } = reporterTo<EngineResult>((message) => parentPort?.postMessage(message));
  const report = reportTo(log, { stage: engine, task: task.task, rounds: task.settings.trees });
  const grow = (booster: Booster) =>
    growRounds(booster, task, (round) => {
      report(round);
      if (Atomics.load(stop, 0) !== 0) throw new Error('The fit was asked to end.');
    });
  const opened = await openLibrary(library, ENGINES[engine]);
  const result =
    engine === 'xgboost'
      ? withXgboost(opened, task, grow)
      : withLightgbm(opened, task as EngineTask<LightgbmSettings>, grow);
  done(result);
});
