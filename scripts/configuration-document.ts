import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { configSchema, flagOf, SETTINGS, variableOf } from '../platform/config.ts';

/** The settings as `docs/configuration.md`. */
export function configurationDocument(): string {
  const defaults = configSchema.parse({});
  const rows = SETTINGS.map((setting) => {
    const { description } = configSchema.shape[setting] as z.ZodType;
    const value =
      setting === 'threads'
        ? 'number of cores'
        : defaults[setting] === ''
          ? 'none'
          : `\`${defaults[setting]}\``;
    return `| \`${setting}\` | \`${flagOf(setting)}\` | \`${variableOf(setting)}\` | ${value} | ${description} |`;
  });
  return [
    '# Configuration',
    '',
    'Flags come before the environment, the environment before `.env`, `.env` before `touchline.config.*` (TypeScript,',
    'JavaScript, JSON, YAML or TOML, exporting an object of the settings), and that before the defaults. Everything is',
    'checked at start: a wrong value, an unknown setting or an unknown `TOUCHLINE_…` variable ends the start with the',
    'key, where it came from, and what to write instead. Sizes may be written as `50MiB`. An empty variable counts as',
    'absent. `TOUCHLINE_…_FILE` names a file that holds the value of `TOUCHLINE_…`, as container secrets come: what is',
    'read so is never shown, and giving both is refused. This table is generated from `platform/config.ts` by',
    '`npx tsx scripts/configuration-document.ts`.',
    '',
    '| setting | flag | variable | default | meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationDocument());
