import { Argument, type Command } from 'commander';
import { loadPackage } from '../../models/package/load.ts';
import { openPackages } from '../../models/package/store.ts';
import { importStep } from '../../pipelines/steps/import.ts';
import { judgeCandidate } from '../../pipelines/steps/judge-candidate.ts';
import { catalogOf } from '../../platform/catalog.ts';
import { systemClock } from '../../platform/clock.ts';
import { TouchlineError } from '../../platform/errors.ts';
import {
  type ChampionPeriod,
  championAt,
  type History,
  history,
  historyJson,
} from '../../registry/history.ts';
import { type PromotionDeps, promote, rollback } from '../../registry/promotion.ts';
import type { CommandDefinition } from '../command.ts';
import { productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { type Workspace, withWorkspace } from '../workspace.ts';

interface Request {
  product: string;
  /** The argument after the action: a time or a version. */
  value?: string;
  reason?: string;
}

/** What the command can do; each returns the champion or the history to print. */
interface Action {
  name: string;
  usage: string;
  summary: string;
  run(request: Request, workspace: Workspace): Promise<ChampionPeriod | History>;
}

const ACTIONS = catalogOf<Action>('action', [
  {
    name: 'show',
    usage: 'show',
    summary: 'the present champion, since when and why (default)',
    async run({ product }, workspace) {
      const [current] = (await history(product, promotionDeps(workspace))).periods;
      return current ?? noChampion(`${product} has no champion yet.`);
    },
  },
  {
    name: 'history',
    usage: 'history',
    summary: 'every champion and every rejected version, newest first',
    run: ({ product }, workspace) => history(product, promotionDeps(workspace)),
  },
  {
    name: 'at',
    usage: 'at TIME',
    summary: 'the champion at a time, such as 2026-05-01T12:00:00Z',
    async run({ product, value = '' }, workspace) {
      const period = await championAt(product, value, promotionDeps(workspace));
      return period ?? noChampion(`${product} had no champion at ${value}.`);
    },
  },
  {
    name: 'promote',
    usage: 'promote VERSION',
    summary: 'make a registered version champion',
    async run({ product, value, reason }, workspace) {
      const version = versionOf(value);
      const deps = promotionDeps(workspace);
      const registered = await deps.tracking.getVersion(product, version);
      if (registered?.package === '') return importAndPromote(product, version, workspace);
      return promote({ product, version, by: 'cli', reason }, deps);
    },
  },
  {
    name: 'rollback',
    usage: 'rollback',
    summary: 'return to the champion before the present one',
    run: ({ product, reason }, workspace) =>
      rollback({ product, by: 'cli', reason }, promotionDeps(workspace)),
  },
]);

export const champion: CommandDefinition = {
  name: 'champion',
  summary: 'Show, promote or roll back the model in production.',
  details: [
    'Actions:',
    ...ACTIONS.entries.map(({ usage, summary }) => `  ${usage.padEnd(16)} ${summary}`),
  ].join('\n'),
  examples: [
    'touchline champion shots',
    'touchline champion shots history',
    'touchline champion shots at 2026-05-01T12:00:00Z',
    "touchline champion shots promote 3 --reason 'Approved by the coaches'",
    "touchline champion shots rollback --reason 'Complaints since noon'",
  ],
  configure(command) {
    command
      .addArgument(productArgument())
      .addArgument(
        new Argument('[action]', 'what to do, one of the actions above')
          .choices(ACTIONS.names)
          .default('show'),
      )
      .argument('[value]', 'the time of `at`, the version of `promote`')
      .option('--reason <text>', 'reason that the ledger records')
      .action(
        (
          nameOrFile: string,
          action: string,
          value: string | undefined,
          { reason }: { reason?: string },
          command: Command,
        ) =>
          withWorkspace(command, async (workspace) => {
            // Fails for an unknown product before anything is read.
            const { name: product } = workspace.product(nameOrFile);
            const result = await ACTIONS.named(action).run({ product, value, reason }, workspace);
            if ('periods' in result) printResult(command, historyJson(result), () => historyText(result));
            else printResult(command, result, () => championText(result));
          }),
      );
  },
};

/** A version that another program registered has no package yet and has not been evaluated: it goes through the gate. */
async function importAndPromote(
  name: string,
  version: number,
  workspace: Workspace,
): Promise<ChampionPeriod> {
  const product = workspace.product(name);
  const { progress } = workspace.view;
  const imported = await importStep(product, version, workspace, { progress });
  const note = `Version ${version} was trained by another program, which may have used the held-out rows.`;
  const candidate = { ...imported, by: 'cli', note };
  const { promoted, reasons } = await judgeCandidate(product, candidate, workspace, { progress });
  if (!promoted)
    throw new TouchlineError(
      'REFUSED_BY_GATE',
      [`The gate rejected version ${version} of ${name}.`, ...reasons].join('\n  '),
      { details: { product: name, version, reasons } },
    );
  const [current] = (await history(name, workspace.platform)).periods;
  return current ?? noChampion(`${name} has no champion yet.`);
}

function promotionDeps({ platform }: Workspace): PromotionDeps {
  const { tracking, store } = platform;
  const load = async (hash: string) => loadPackage(await openPackages(platform).get(hash), { hash });
  return { tracking, store, clock: systemClock, load };
}

function noChampion(message: string): never {
  throw new TouchlineError('NOT_FOUND', message);
}

function versionOf(text = ''): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new TouchlineError('INVALID_INPUT', `'${text}' is not a version: give its number, such as 3.`);
  return Number(text);
}

function championText({
  version,
  product,
  package: hash,
  since,
  by,
  action,
  reasons,
}: ChampionPeriod): string {
  return [
    `Version ${version} of ${product}, package ${hash.slice(0, 12)}`,
    `since ${since}, by ${by} (${action})`,
    ...reasons.map((reason) => `  ${reason}`),
  ].join('\n');
}

function historyText({ periods, rejections }: History): string {
  const entries = [
    ...periods.map(({ version, since, until, action, by, reasons }) => ({
      head: `Version ${version}: ${action} by ${by}, ${since} to ${until ?? 'now'}`,
      reasons,
    })),
    ...rejections.map(({ version, at, by, code, reasons }) => ({
      head: `Version ${version}: rejected (${code}), requested by ${by}, ${at}`,
      reasons,
    })),
  ];
  if (entries.length === 0) return 'No promotion decisions yet.';
  return entries.flatMap(({ head, reasons }) => [head, ...reasons.map((reason) => `  ${reason}`)]).join('\n');
}
