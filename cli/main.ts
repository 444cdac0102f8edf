import { runCli } from './program.ts';

// TensorFlow's native library, where it is installed, prints a banner to stderr at level 0.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';

process.exitCode = await runCli(process.argv.slice(2));
