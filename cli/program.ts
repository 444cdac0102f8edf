import { Command, CommanderError } from 'commander';
import { addCommand } from './command.ts';
import { COMMANDS } from './commands/catalog.ts';
import { printError, printUsageError } from './output.ts';
import { type CliContext, processContext, startRun } from './run-context.ts';
import { VERSION } from './step-deps.ts';

/**
 * Runs one command line, such as `['run', 'shots', '--from', 'simulated']`.
 * @returns the exit status: 0 done, 1 failed, 2 bad usage or input, 3 rejected by the gate or by a policy.
 */
export async function runCli(
  args: readonly string[],
  context: CliContext = processContext(),
): Promise<number> {
  const program = createProgram(context);
  const run = startRun(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const json = args.includes('--json');
    if (!(error instanceof CommanderError)) printError(run, error, json);
    else if (error.exitCode !== 0) printUsageError(run, error, json);
  }
  return run.exitCode;
}

/** The command line with every command of the catalog. It throws a CommanderError instead of ending the process. */
export function createProgram({ stdout, stderr }: Pick<CliContext, 'stdout' | 'stderr'>): Command {
  const program = new Command('touchline')
    // Subcommands inherit it, so it comes first.
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .description("Turns experts' scores into models in production, and monitors them there.")
    .version(VERSION)
    .option('--data <dir>', 'folder that holds the embedded store, files and engines')
    .option('--products <files>', 'files of your own products, separated by commas')
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
