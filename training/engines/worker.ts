import { serve } from '../../platform/workers/serve.ts';
import { reportRounds } from '../trees/report.ts';
import { runInSlices } from '../trees/run-in-slices.ts';
import { type FitCall, withLog } from '../worker-log.ts';
import { ENGINES } from './catalog.ts';
import { openLibrary } from './library.ts';
import { type LightgbmSettings, withLightgbm } from './lightgbm/booster.ts';
import { type Booster, type EngineResult, type EngineTask, growRounds } from './rounds.ts';
import { withXgboost } from './xgboost/booster.ts';

export interface EngineSetup {
  /** Name of the engine. */
  engine: string;
  /** Path of the library. */
  library: string;
}

/** Methods of a thread that fits with one library. An abort ends a fit between rounds, so that its memory is freed. */
export function createMethods({ engine, library }: EngineSetup) {
  return {
    fit: (task: EngineTask, call: FitCall): Promise<EngineResult> =>
      withLog(call, async (log) => {
        const report = reportRounds(log, { stage: engine, task: task.task, rounds: task.settings.trees });
        const grow = (booster: Booster) => runInSlices(growRounds(booster, task), report, call.signal);
        const opened = await openLibrary(library, ENGINES.named(engine));
        return engine === 'xgboost'
          ? withXgboost(opened, task, grow)
          : withLightgbm(opened, task as EngineTask<LightgbmSettings>, grow);
      }),
  };
}

serve(createMethods);
