import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig as loadFile } from 'c12';
import {
  type Config,
  configSchema,
  FLAGS,
  SECRET_SETTINGS,
  SETTINGS,
  type Setting,
  shownSetting,
  variableOf,
} from './config.ts';
import { TouchlineError } from './errors.ts';
import { nearest } from './nearest.ts';

export interface LoadedConfig {
  config: Config;
  /** Where each setting that is no default came from, in words. */
  sources: Partial<Record<Setting, string>>;
  /** Settings whose value is never shown: secrets, and what was read from a file of its own (`TOUCHLINE_…_FILE`). */
  hidden: ReadonlySet<Setting>;
}

/** One place that settings come from: its values by setting, and how it calls them. */
interface Layer {
  values: Readonly<Record<string, unknown>>;
  source(setting: string): string;
  /** Whether the value came from a file of its own. */
  hides?(setting: string): boolean;
}

const PREFIX = 'TOUCHLINE_';
/** `TOUCHLINE_STORE_FILE` names a file that holds the value of `TOUCHLINE_STORE`. */
const FILE = '_FILE';
/** Read by the tests of this project only; a test run hands it to the commands that it starts. */
const OTHERS = new Set([
  'TOUCHLINE_REQUIRE_SERVICES',
  'TOUCHLINE_LONG',
  'TOUCHLINE_PYTHON',
  'TOUCHLINE_CHROMIUM',
]);

const wrong = (message: string, details: Record<string, unknown> = {}) =>
  new TouchlineError('INVALID_CONFIG', message, { details });

/**
 * All settings: flags before environment before `.env` before `touchline.config.*` before defaults.
 * @param options.flags by setting (`maxEtlFileBytes`), undefined where not given.
 * @param options.env the environment of the process.
 * @param options.cwd where `.env` and the configuration file are looked for.
 * @throws INVALID_CONFIG naming the setting, where it came from, and what to write instead
 */
export async function loadConfig(options: {
  flags?: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}): Promise<LoadedConfig> {
  const { flags = {}, env, cwd } = options;
  const layers: Layer[] = [
    named(flags, (setting) =>
      FLAGS[setting as Setting] ? `flag ${FLAGS[setting as Setting]}` : 'the command',
    ),
    fromVariables(env, 'environment variable', cwd),
    fromVariables(readDotenv(cwd), '.env variable', cwd),
    await fromFile(cwd),
  ];
  const raw: Record<string, unknown> = {};
  const sources: LoadedConfig['sources'] = {};
  const hidden = new Set<Setting>();
  for (const setting of SETTINGS) {
    const layer = layers.find(({ values }) => values[setting] !== undefined);
    if (!layer) continue;
    raw[setting] = layer.values[setting];
    sources[setting] = layer.source(setting);
    if (layer.hides?.(setting) || SECRET_SETTINGS.has(setting)) hidden.add(setting);
  }
  const parsed = configSchema.safeParse(raw);
  if (parsed.success) return { config: parsed.data, sources, hidden };
  const problems = parsed.error.issues.map(({ path, message }) => {
    const setting = path[0] as Setting;
    const source = sources[setting] ?? 'default';
    const value = hidden.has(setting)
      ? '[hidden]'
      : shownSetting(setting, String(raw[setting] ?? 'its default'));
    return { setting, text: `${setting} = ${value} (${source}): ${message}` };
  });
  const message = `Wrong setting: ${problems.map(({ text }) => text).join('; ')}.`;
  throw wrong(
    withoutSecrets(
      message,
      [...hidden].map((setting) => String(raw[setting])),
    ),
    {
      settings: problems.map(({ setting }) => setting),
    },
  );
}

/** A layer whose names are those of the settings. @throws INVALID_CONFIG on an unknown one */
function named(values: Readonly<Record<string, unknown>>, source: Layer['source']): Layer {
  for (const name of Object.keys(values))
    if (values[name] !== undefined && !SETTINGS.includes(name as Setting))
      throw unknown(name, source(name), nearest(name, SETTINGS));
  return { values, source };
}

function fromVariables(
  variables: Readonly<Record<string, string | undefined>>,
  where: string,
  cwd: string,
): Layer {
  const settings = new Map(SETTINGS.map((setting) => [variableOf(setting), setting]));
  const values: Record<string, string> = {};
  const variableFor: Record<string, string> = {};
  const fromFiles = new Set<string>();
  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith(PREFIX) || OTHERS.has(name)) continue;
    const file = name.endsWith(FILE) && !settings.has(name);
    const setting = settings.get(file ? name.slice(0, -FILE.length) : name);
    if (!setting) throw unknown(name, `${where} ${name}`, nearest(name, [...settings.keys()]));
    // Composed environments write an empty value where nothing is set.
    if (!value) continue;
    if (variableFor[setting])
      throw wrong(
        `${setting}: ${variableOf(setting)} and ${variableOf(setting)}${FILE} are both set: remove one.`,
        {
          settings: [setting],
        },
      );
    variableFor[setting] = name;
    if (file) fromFiles.add(setting);
    values[setting] = file ? contentOf(resolve(cwd, value), setting, `${where} ${name}`) : value;
  }
  return {
    values,
    source: (setting) => `${where} ${variableFor[setting]}`,
    hides: (setting) => fromFiles.has(setting),
  };
}

/** Text of a file that holds one value. @throws INVALID_CONFIG where it cannot be read or holds nothing */
function contentOf(path: string, setting: string, source: string): string {
  let content: string;
  try {
    content = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw wrong(
      `${setting} (${source}): the file ${path} cannot be read (${code}): mount it, or name another.`,
      {
        settings: [setting],
      },
    );
  }
  if (content) return content;
  throw wrong(`${setting} (${source}): the file ${path} is empty: write the value into it.`, {
    settings: [setting],
  });
}

/** A message without these values, or quoted words out of them. */
function withoutSecrets(message: string, values: readonly string[]): string {
  const whole = values.reduce((text, value) => text.replaceAll(value, '[hidden]'), message);
  return whole.replace(/'([^']+?):?'/g, (quoted, word: string) =>
    values.some((value) => value.includes(word)) ? "'[hidden]'" : quoted,
  );
}

function unknown(name: string, source: string, meant: string | undefined) {
  const hint = meant ? `did you mean ${meant}?` : 'remove it, or see docs/configuration.md for the list.';
  return wrong(`There is no setting '${name}' (${source}): ${hint}`, { setting: name });
}

function readDotenv(cwd: string): Record<string, string | undefined> {
  const path = join(cwd, '.env');
  return existsSync(path) ? (parseEnv(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}

async function fromFile(cwd: string): Promise<Layer> {
  try {
    const { config, configFile } = await loadFile<Record<string, unknown>>({
      name: 'touchline',
      cwd,
      rcFile: false,
      globalRc: false,
      packageJson: false,
      dotenv: false,
      envName: false,
      extend: false,
      giget: false,
    });
    const file = basename(configFile ?? 'touchline.config');
    return named(config ?? {}, (setting) => `${file}, '${setting}'`);
  } catch (error) {
    if (error instanceof TouchlineError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TouchlineError(
      'INVALID_CONFIG',
      `The file touchline.config.* cannot be read: ${reason.split('\n')[0]}`,
      { cause: error },
    );
  }
}
