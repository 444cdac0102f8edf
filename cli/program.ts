import { Command } from 'commander';
import { addCommand } from './command.ts';
import { COMMANDS } from './commands/catalog.ts';
import { VERSION } from './step-deps.ts';

/** The command line with every command of the catalog. It throws a CommanderError instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('touchline')
    .description("Turns experts' scores into models in production, and monitors them there.")
    .version(VERSION)
    .option('--data <dir>', 'folder that holds the embedded store, files and engines')
    .option('--json', 'print the result as one JSON document')
    .option('--log-level <level>', 'minimum level of log messages on stderr')
    .addHelpText(
      'after',
      `
Examples:
  $ touchline demo
  $ touchline run shots --from simulated
  $ touchline help champion

Settings also come from TOUCHLINE_… variables, .env and touchline.config.*: see docs/configuration.md.`,
    )
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError()
    .exitOverride();
  for (const definition of COMMANDS.entries) addCommand(program, definition);
  return program;
}
