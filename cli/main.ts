import { CommanderError } from 'commander';
import { printError, printUsageError } from './output.ts';
import { createProgram } from './program.ts';

// TensorFlow's native library, where it is installed, prints a banner to stderr at level 0.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';

try {
  await createProgram().parseAsync();
} catch (error) {
  const json = process.argv.includes('--json');
  if (!(error instanceof CommanderError)) printError(error, json);
  else if (error.exitCode !== 0) printUsageError(error, json);
}
