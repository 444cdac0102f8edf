import { access, constants, mkdir, statfs } from 'node:fs/promises';
import type { Command } from 'commander';
import { chooseDevice } from '../../models/onnx/device.ts';
import { shownSetting } from '../../platform/config.ts';
import { toTouchlineError } from '../../platform/errors.ts';
import { CHAMPION } from '../../registry/history.ts';
import { listKeys } from '../../serving/auth/keys.ts';
import { ENGINES } from '../../training/engines/catalog.ts';
import type { Engine } from '../../training/engines/engine.ts';
import { stateOf } from '../../training/engines/install.ts';
import { chooseBackend } from '../../training/estimators/neural/backend.ts';
import type { CommandDefinition } from '../command.ts';
import { printResult } from '../output.ts';
import { runOf } from '../run-context.ts';
import { table } from '../table.ts';
import { type Workspace, withWorkspace } from '../workspace.ts';

interface Check {
  name: string;
  status: 'ok' | 'warning' | 'failed';
  /** What was found, and what to do about a problem. */
  detail: string;
}

/** Result of a check that did not throw; a plain text means 'ok'. */
type Finding = string | Omit<Check, 'name'>;

const PORTS = ['store', 'blobs', 'queue', 'tracking', 'notify'] as const;
const MIN_FREE_BYTES = 2 ** 30;

export const doctor: CommandDefinition = {
  name: 'doctor',
  summary: 'Check every dependency and setting, and say what to fix.',
  examples: ['touchline doctor', 'TOUCHLINE_STORE=mongodb://127.0.0.1/touchline touchline doctor'],
  configure(command) {
    command.action((_: object, command: Command) =>
      withWorkspace(command, async (workspace) => {
        const checks = await checkAll(workspace);
        printResult(command, { checks }, () =>
          table(
            ['check', 'status', 'detail'],
            checks.map((check) => [check.name, check.status, check.detail]),
          ),
        );
        if (checks.some(({ status }) => status === 'failed')) runOf(command).exitCode = 1;
      }),
    );
  },
};

async function checkAll(workspace: Workspace): Promise<Check[]> {
  const { config, platform, products } = workspace;
  const checks: Check[] = [node(), await dataFolder(config.data)];
  // In parallel, because each service that is down takes seconds to time out.
  const ports = PORTS.map((port) =>
    check(port, async () => {
      await platform[port].ping();
      const shown = workspace.hidden.has(port) ? platform[port].name : shownSetting(port, config[port]);
      return `${shown} answers (${workspace.sources[port] ?? 'default'})`;
    }),
  );
  checks.push(...(await Promise.all(ports)));
  checks.push(
    await check('inference', async () => {
      const { device, reason } = await chooseDevice(config.device);
      return `${device}: ${reason}`;
    }),
    await check('training of networks', async () => {
      const { name, reason } = await chooseBackend(workspace.engines);
      return `${name}: ${reason}`;
    }),
  );
  checks.push(...(await Promise.all(ENGINES.entries.map((one) => engine(one, workspace.engines)))));
  const champions = products.entries.map(({ name }) =>
    check(`champion of ${name}`, async () => {
      const alias = await platform.tracking.getAlias(name, CHAMPION);
      return alias
        ? `version ${alias.version}`
        : { status: 'warning', detail: `none: create one with \`touchline run ${name}\`` };
    }),
  );
  checks.push(
    ...(await Promise.all([...champions, check('authentication', () => authentication(workspace))])),
  );
  return checks;
}

async function authentication({ config, platform }: Workspace): Promise<Finding> {
  if (!config.auth) return { status: 'warning', detail: 'off: anyone on this machine may do anything' };
  const keys = (await listKeys(platform.store)).filter(({ revokedAt }) => revokedAt === undefined);
  return keys.length > 0
    ? `requests need an API key; valid keys: ${keys.length}`
    : { status: 'warning', detail: 'no API key yet: create one with `touchline keys create --role admin`' };
}

async function engine(one: Engine, engines: string): Promise<Check> {
  const { title, version, installed, problem } = await stateOf(one, engines);
  const name = `training with ${title}`;
  if (!problem) return { name, status: 'ok', detail: `version ${version} is installed and loads` };
  return { name, status: installed ? 'warning' : 'ok', detail: `not used: ${problem}` };
}

function node(): Check {
  return { name: 'node', status: 'ok', detail: `${process.version} on ${process.platform} ${process.arch}` };
}

async function dataFolder(folder: string): Promise<Check> {
  return check('data folder', async () => {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const text = `${folder}, ${(free / 2 ** 30).toFixed(1)} GiB free`;
    if (free < MIN_FREE_BYTES) throw new Error(`${text}: free some space, or set --data to another disk`);
    return text;
  });
}

async function check(name: string, work: () => Promise<Finding>): Promise<Check> {
  try {
    const found = await work();
    return typeof found === 'string' ? { name, status: 'ok', detail: found } : { name, ...found };
  } catch (error) {
    return { name, status: 'failed', detail: toTouchlineError(error).message };
  }
}
