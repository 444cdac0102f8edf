import { Command, CommanderError } from 'commander';
import { fail } from './answer.ts';
import { register as run } from './commands/run.ts';
import { VERSION } from './session.ts';

const program = new Command('touchline')
  .description("From experts' scores to a watched champion.")
  .version(VERSION)
  .option('--data <dir>', 'folder of the embedded state')
  .option('--json', 'answer with one JSON document')
  .option('--log-level <level>', 'least severe messages on stderr')
  .exitOverride()
  .showHelpAfterError();

for (const register of [run]) register(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else fail(error);
}
