import type { Command } from 'commander';

/** One command of the program: a file in `commands/` that exports it, and a line in `commands/catalog.ts`. */
export interface CommandDefinition {
  readonly name: string;
  /** One sentence, shown in the list of commands and at the top of the command's own help. */
  readonly summary: string;
  /** What else a user should know, shown below the summary. */
  readonly details?: string;
  /** Command lines as users type them, shown at the end of the help; a test parses each of them. */
  readonly examples: readonly string[];
  /** Declares the arguments, options and subcommands, and what they do. */
  configure(command: Command): void;
}

/** Adds a command with its help to the program. */
export function addCommand(
  program: Command,
  { name, summary, details, examples, configure }: CommandDefinition,
): void {
  const command = program
    .command(name)
    .summary(summary)
    .description(details === undefined ? summary : `${summary}\n\n${details}`)
    .addHelpText('afterAll', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
  configure(command);
}
