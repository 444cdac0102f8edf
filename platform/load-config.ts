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
  /** Where each setting that is not a default came from, for people. */
  sources: Partial<Record<Setting, string>>;
  /** Settings whose value is never shown: secrets, and values read from a file of their own (`TOUCHLINE_…_FILE`). */
  hidden: ReadonlySet<Setting>;
}

/** One source of settings: its values by setting, and how it names them. */
interface Layer {
  values: Readonly<Record<string, unknown>>;
  source(setting: string): string;
  /** Whether the value was read from a file of its own. */
  hides?(setting: string): boolean;
}

const PREFIX = 'TOUCHLINE_';
/** `TOUCHLINE_STORE_FILE` names a file that holds the value of `TOUCHLINE_STORE`. */
const FILE = '_FILE';
/** Variables for the tests of this project, which the commands that a test starts inherit. */
const TEST_VARIABLES = new Set([
  'TOUCHLINE_REQUIRE_SERVICES',
  'TOUCHLINE_LONG',
  'TOUCHLINE_PYTHON',
  'TOUCHLINE_CHROMIUM',
]);

const invalid = (message: string, details: Record<string, unknown> = {}) =>
  new TouchlineError('INVALID_CONFIG', message, { details });

/**
 * Reads all settings. Flags take precedence over the environment, then `.env`, `touchline.config.*` and the defaults.
 * @param options.flags by setting (`maxEtlFileBytes`); undefined where not given.
 * @param options.env the environment of the process.
 * @param options.cwd the folder of `.env` and of the configuration file.
 * @throws INVALID_CONFIG naming every invalid setting, its source, and what to write instead
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
  if (parsed.success) {
    const products = parsed.data.products.map((file) => resolve(cwd, file));
    return { config: { ...parsed.data, products }, sources, hidden };
  }
  const problems = parsed.error.issues.map(({ path, message }) => {
    const setting = path[0] as Setting;
    const source = sources[setting] ?? 'default';
    const value = hidden.has(setting)
      ? '[hidden]'
      : shownSetting(setting, String(raw[setting] ?? 'its default'));
    return { setting, text: `${setting} = ${value} (${source}): ${message}` };
  });
  const message = `Invalid setting: ${problems.map(({ text }) => text).join('; ')}.`;
  throw invalid(
    withoutSecrets(
      message,
      [...hidden].map((setting) => String(raw[setting])),
    ),
    {
      settings: problems.map(({ setting }) => setting),
    },
  );
}

/** A layer whose keys are names of settings. @throws INVALID_CONFIG for an unknown one */
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
    if (!name.startsWith(PREFIX) || TEST_VARIABLES.has(name)) continue;
    const file = name.endsWith(FILE) && !settings.has(name);
    const setting = settings.get(file ? name.slice(0, -FILE.length) : name);
    if (!setting) throw unknown(name, `${where} ${name}`, nearest(name, [...settings.keys()]));
    // Docker Compose passes an empty value for a variable that is not set.
    if (!value) continue;
    if (variableFor[setting])
      throw invalid(
        `${setting}: ${variableOf(setting)} and ${variableOf(setting)}${FILE} are both set: remove one of them.`,
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

/** The text of a file that holds one value. @throws INVALID_CONFIG where it cannot be read or is empty */
function contentOf(path: string, setting: string, source: string): string {
  let content: string;
  try {
    content = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw invalid(
      `${setting} (${source}): the file ${path} cannot be read (${code}): mount it, or name another file.`,
      {
        settings: [setting],
      },
    );
  }
  if (content) return content;
  throw invalid(`${setting} (${source}): the file ${path} is empty: write the value into it.`, {
    settings: [setting],
  });
}

/** The message without these values and without quoted parts of them. */
function withoutSecrets(message: string, values: readonly string[]): string {
  const whole = values.reduce((text, value) => text.replaceAll(value, '[hidden]'), message);
  return whole.replace(/'([^']+?):?'/g, (quoted, word: string) =>
    values.some((value) => value.includes(word)) ? "'[hidden]'" : quoted,
  );
}

function unknown(name: string, source: string, meant: string | undefined) {
  const hint = meant ? `did you mean ${meant}?` : 'remove it, or see docs/configuration.md for all settings.';
  return invalid(`There is no setting '${name}' (${source}): ${hint}`, { setting: name });
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
