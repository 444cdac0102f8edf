import { catalogOf } from '../../platform/catalog.ts';
import type { CommandDefinition } from '../command.ts';
import { backup } from './backup.ts';
import { champion } from './champion.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { drift } from './drift.ts';
import { engines } from './engines.ts';
import { etl } from './etl.ts';
import { evaluate } from './evaluate.ts';
import { exportHistory } from './export.ts';
import { keys } from './keys.ts';
import { notify } from './notify.ts';
import { predict } from './predict.ts';
import { restore } from './restore.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { snapshot } from './snapshot.ts';
import { train } from './train.ts';
import { worker } from './worker.ts';

/** Every command, in the order in which the help lists them. */
export const COMMANDS = catalogOf<CommandDefinition>('command', [
  demo,
  etl,
  snapshot,
  train,
  evaluate,
  run,
  champion,
  predict,
  drift,
  serve,
  worker,
  keys,
  notify,
  backup,
  restore,
  exportHistory,
  engines,
  doctor,
]);
