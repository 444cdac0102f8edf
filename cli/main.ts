import { Command, CommanderError } from 'commander';
import { fail, failUsage } from './answer.ts';
import { register as backup } from './commands/backup.ts';
import { register as champion } from './commands/champion.ts';
import { register as demo } from './commands/demo.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as drift } from './commands/drift.ts';
import { register as engines } from './commands/engines.ts';
import { register as etl } from './commands/etl.ts';
import { register as evaluate } from './commands/evaluate.ts';
import { register as exportHistory } from './commands/export.ts';
import { register as keys } from './commands/keys.ts';
import { register as notify } from './commands/notify.ts';
import { register as predict } from './commands/predict.ts';
import { register as run } from './commands/run.ts';
import { register as serve } from './commands/serve.ts';
import { register as snapshot } from './commands/snapshot.ts';
import { register as train } from './commands/train.ts';
import { register as worker } from './commands/worker.ts';
import { VERSION } from './step-deps.ts';

// TensorFlow's library, where one is installed, greets on stderr.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';

const program = new Command('touchline')
  .description("From experts' scores to a watched champion.")
  .version(VERSION)
  .option('--data <dir>', 'folder of the embedded state')
  .option('--json', 'answer with one JSON document')
  .option('--log-level <level>', 'least severe messages on stderr')
  .exitOverride()
  .showHelpAfterError();

const commands = [
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
  exportHistory,
  engines,
  doctor,
];
for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  const json = process.argv.includes('--json');
  if (!(error instanceof CommanderError)) fail(error, json);
  else if (error.exitCode !== 0) failUsage(error, json);
}
