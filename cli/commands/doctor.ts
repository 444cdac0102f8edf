import { access, constants, mkdir, statfs } from 'node:fs/promises';
import type { Command } from 'commander';
import { chooseDevice } from '../../models/onnx/device.ts';
import { shownSetting } from '../../platform/config.ts';
import { toTouchlineError } from '../../platform/errors.ts';
import { CHAMPION } from '../../registry/history.ts';
import { listKeys } from '../../serving/auth/keys.ts';
import { ENGINES, type Engine } from '../../training/engines/catalog.ts';
import { stateOf } from '../../training/engines/install.ts';
import { chooseBackend } from '../../training/neural/backend.ts';
import { answer } from '../answer.ts';
import { type Session, withSession } from '../session.ts';
import { table } from '../table.ts';

interface Check {
  name: string;
  status: 'ok' | 'warning' | 'failed';
  /** What is there, what is missing and what that costs. */
  detail: string;
}

/** What a check that did not fail found; text alone where all is well. */
type Finding = string | Omit<Check, 'name'>;

const PORTS = ['store', 'blobs', 'queue', 'tracking', 'notify'] as const;
const LITTLE_DISK = 2 ** 30;

export function register(program: Command): void {
  program
    .command('doctor')
    .description('what is connected, what is missing, and what that costs')
    .action((_: object, command: Command) =>
      withSession(command, async (session) => {
        const checks = await examine(session);
        answer(command, { checks }, () =>
          table(
            ['check', 'status', 'detail'],
            checks.map((check) => [check.name, check.status, check.detail]),
          ),
        );
        if (checks.some(({ status }) => status === 'failed')) process.exitCode = 1;
      }),
    );
}

async function examine(session: Session): Promise<Check[]> {
  const { config, platform, pipelines } = session;
  const checks: Check[] = [node(), await dataFolder(config.data)];
  // At once, since each that is away takes its time to say so.
  const ports = PORTS.map((port) =>
    tried(port, async () => {
      await platform[port].ping();
      const shown = session.hidden.has(port) ? platform[port].name : shownSetting(port, config[port]);
      return `${shown} answers (${session.sources[port] ?? 'default'})`;
    }),
  );
  checks.push(...(await Promise.all(ports)));
  checks.push(
    await tried('inference', async () => {
      const { device, reason } = await chooseDevice(config.device);
      return `${device}: ${reason}`;
    }),
    await tried('training of networks', async () => {
      const { name, reason } = await chooseBackend(session.engines);
      return `${name}: ${reason}`;
    }),
  );
  checks.push(...(await Promise.all(Object.values(ENGINES).map((one) => engine(one, session.engines)))));
  const champions = Object.values(pipelines).map(({ name }) =>
    tried(`champion of ${name}`, async () => {
      const alias = await platform.tracking.getAlias(name, CHAMPION);
      return alias
        ? `version ${alias.version}`
        : { status: 'warning', detail: `none: \`touchline run ${name}\` makes one` };
    }),
  );
  checks.push(...(await Promise.all([...champions, tried('authentication', () => authentication(session))])));
  return checks;
}

async function authentication({ config, platform }: Session): Promise<Finding> {
  if (!config.auth) return { status: 'warning', detail: 'off: anybody on this machine may do anything' };
  const keys = (await listKeys(platform.store)).filter(({ revokedAt }) => revokedAt === undefined);
  return keys.length > 0
    ? `requests need an API key; ${keys.length} are valid`
    : { status: 'warning', detail: 'no API key yet: `touchline keys create --role admin` makes one' };
}

async function engine(one: Engine, engines: string): Promise<Check> {
  const { title, version, installed, problem } = await stateOf(one, engines);
  const name = `training with ${title}`;
  if (!problem) return { name, status: 'ok', detail: `version ${version} is installed and loads` };
  return { name, status: installed ? 'warning' : 'ok', detail: `left out: ${problem}` };
}

function node(): Check {
  return { name: 'node', status: 'ok', detail: `${process.version} on ${process.platform} ${process.arch}` };
}

async function dataFolder(folder: string): Promise<Check> {
  return tried('data folder', async () => {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const said = `${folder}, ${(free / 2 ** 30).toFixed(1)} GiB free`;
    if (free < LITTLE_DISK) throw new Error(`${said}: make room, or set --data to another disk`);
    return said;
  });
}

async function tried(name: string, work: () => Promise<Finding>): Promise<Check> {
  try {
    const found = await work();
    return typeof found === 'string' ? { name, status: 'ok', detail: found } : { name, ...found };
  } catch (error) {
    return { name, status: 'failed', detail: toTouchlineError(error).message };
  }
}
