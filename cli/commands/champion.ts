import type { Command } from 'commander';
import { loadPackage } from '../../models/package/load.ts';
import { openPackages } from '../../models/package/store.ts';
import { importStep } from '../../pipelines/steps/import.ts';
import { promoteStep } from '../../pipelines/steps/promote.ts';
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
import { answer } from '../answer.ts';
import { type Session, withSession } from '../session.ts';

export function register(program: Command): void {
  const champion = program.command('champion').description('the registry and its ledger');
  champion
    .argument('<product>')
    .argument('[action]', 'show, history, at, promote or rollback', 'show')
    .argument('[value]', 'a time for `at`, a version for `promote`')
    .option('--reason <text>', 'why, for the ledger')
    .action((product: string, action: string, value: string | undefined, options, command: Command) =>
      withSession(command, async (session) => {
        session.pipeline(product);
        const asked = { product, by: 'cli', reason: options.reason as string | undefined };
        const deps = promotionDeps(session);
        switch (action) {
          case 'show': {
            const [period] = (await history(product, deps)).periods;
            return show(command, period ?? none(product));
          }
          case 'history': {
            const whole = await history(product, deps);
            return answer(command, historyJson(whole), () => historyText(whole));
          }
          case 'at':
            return show(command, (await championAt(product, value ?? '', deps)) ?? none(product));
          case 'promote': {
            const version = versionOf(value);
            const found = await deps.tracking.getVersion(product, version);
            if (found?.package === '')
              return show(command, await importAndPromote(product, version, session));
            return show(command, await promote({ ...asked, version }, deps));
          }
          case 'rollback':
            return show(command, await rollback(asked, deps));
          default:
            throw new TouchlineError(
              'INVALID_INPUT',
              `'${action}' is no action: use show, history, at TIME, promote VERSION or rollback.`,
            );
        }
      }),
    );
}

/** A version that another program registered has no package yet, and nobody has judged it: it goes through the gate. */
async function importAndPromote(product: string, version: number, session: Session): Promise<ChampionPeriod> {
  const pipeline = session.pipeline(product);
  const { progress } = session.view;
  const imported = await importStep(pipeline, version, session, { progress });
  const note = `Version ${version} was trained by another program: whether it has seen the held-out rows is not known.`;
  const asked = { ...imported, by: 'cli', note };
  const { promoted, reasons } = await promoteStep(pipeline, asked, session, { progress });
  if (!promoted)
    throw new TouchlineError(
      'REFUSED_BY_GATE',
      [`Version ${version} of ${product} was refused.`, ...reasons].join('\n  '),
      { details: { product, version, reasons } },
    );
  const [period] = (await history(product, session.platform)).periods;
  return period ?? none(product);
}

function promotionDeps({ platform }: Session): PromotionDeps {
  const { tracking, store } = platform;
  const load = async (hash: string) => loadPackage(await openPackages(platform).get(hash), { hash });
  return { tracking, store, clock: systemClock, load };
}

function none(product: string): never {
  throw new TouchlineError('NOT_FOUND', `${product} has no champion at that time.`);
}

function versionOf(text: string | undefined): number {
  if (!/^[1-9]\d{0,8}$/.test(text ?? ''))
    throw new TouchlineError('INVALID_INPUT', `'${text ?? ''}' is no version: give its number.`);
  return Number(text);
}

function show(command: Command, period: ChampionPeriod): void {
  answer(command, period, () =>
    [
      `Version ${period.version} of ${period.product}, package ${period.package.slice(0, 12)}`,
      `since ${period.since}, by ${period.by} (${period.action})`,
      ...period.reasons.map((reason) => `  ${reason}`),
    ].join('\n'),
  );
}

function historyText({ periods, rejections }: History): string {
  const told = [
    ...periods.map(({ version, since, until, action, by, reasons }) => ({
      head: `Version ${version}: ${action} by ${by}, ${since} to ${until ?? 'now'}`,
      reasons,
    })),
    ...rejections.map(({ version, at, by, code, reasons }) => ({
      head: `Version ${version}: refused (${code}), asked by ${by}, ${at}`,
      reasons,
    })),
  ];
  if (told.length === 0) return 'Nobody has stood before the gate yet.';
  return told.flatMap(({ head, reasons }) => [head, ...reasons.map((reason) => `  ${reason}`)]).join('\n');
}
