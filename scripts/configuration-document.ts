import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { configSchema, FLAGS, SETTINGS, variableOf } from '../platform/config.ts';

/** Text of `docs/configuration.md`. */
export function configurationDocument(): string {
  const defaults = configSchema.parse({});
  const rows = SETTINGS.map((setting) => {
    const { description } = configSchema.shape[setting] as z.ZodType;
    const value =
      setting === 'threads'
        ? 'number of cores'
        : String(defaults[setting]) === ''
          ? 'none'
          : `\`${defaults[setting]}\``;
    return `| \`${setting}\` | \`${variableOf(setting)}\` | ${value} | ${description} |`;
  });
  const flags = Object.values(FLAGS)
    .map((flag) => `\`${flag}\``)
    .join(', ');
  return [
    '# Configuration',
    '',
    'A setting is looked up in this order: a flag of the command, the environment, `.env`, `touchline.config.*`, the default.',
    'The configuration file is TypeScript, JavaScript, JSON, YAML or TOML and exports an object of settings:',
    '',
    '```ts',
    '// touchline.config.ts',
    "export default { store: 'mongodb://127.0.0.1/touchline', maxBodyBytes: '50MiB', logLevel: 'warn' };",
    '```',
    '',
    `Only these settings are also flags: ${flags}.`,
    'Every command takes `--data`, `--products` and `--log-level`; `serve` takes `--host` and `--port`, and `demo` takes `--port`.',
    '',
    'All settings are checked at start. A wrong value, an unknown setting or an unknown `TOUCHLINE_…` variable stops the',
    'program with the name of the setting, where it came from and what to write instead. An empty variable counts as',
    'unset. `TOUCHLINE_…_FILE` names a file that holds the value of `TOUCHLINE_…`, as container secrets do; such a value',
    'is never printed, and setting both is an error.',
    '',
    'This page is generated from `platform/config.ts` by `npx tsx scripts/configuration-document.ts`.',
    '',
    '| setting | variable | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationDocument());
