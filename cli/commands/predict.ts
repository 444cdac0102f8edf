import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { resolveModel } from '../../pipelines/resolve-model.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { rendered } from '../../serving/api/routes/predict.ts';
import { answerAll } from '../../serving/runtime/answer.ts';
import { answer } from '../answer.ts';
import { modelOption } from '../options.ts';
import { withSession } from '../session.ts';
import { table } from '../table.ts';

export function register(program: Command): void {
  program
    .command('predict')
    .description('one or many, without a server')
    .argument('<product>')
    .requiredOption('--input <file>', 'JSON of one item, a list, or { items: […] }; - for standard input')
    .addOption(modelOption())
    .action((product: string, options: { input: string; model: string }, command: Command) =>
      withSession(command, async (session) => {
        const { serving } = session.pipeline(product);
        const items = await itemsOf(options.input);
        if (items.length === 0)
          throw new TouchlineError('INVALID_INPUT', `${options.input} holds no item to predict for.`);
        const rows = items.map((item) => serving.toRow(item));
        const { version, model } = await resolveModel(product, options.model, session.platform);
        const served = { version: version.version, package: model.hash, since: version.createdAt, model };
        const answers = await answerAll(serving, served, rows, {
          reasons: true,
          signal: session.signal,
          onTrouble: (error, what) => session.log.error({ err: error }, what),
        });
        await model.close();
        // One document an answer: what the API would have said, and which model said it.
        const predictions = answers.map((one) => {
          const { prediction_id: _, ...said } = rendered(serving, one, null);
          return { ...said, model: version.version, package: version.package };
        });
        answer(command, { predictions }, () =>
          table(
            ['item', serving.task === 'binary' ? 'probability' : 'score', 'low', 'high', 'strongest reason'],
            answers.map((one, i) => [
              i,
              one.value,
              one.interval?.low,
              one.interval?.high,
              one.factors[0] && `${one.factors[0].factor} ${one.factors[0].impact > 0 ? '+' : '−'}`,
            ]),
          ),
        );
      }),
    );
}

async function itemsOf(input: string): Promise<unknown[]> {
  let read: string;
  try {
    read = input === '-' ? await text(process.stdin) : await readFile(input, 'utf8');
  } catch (error) {
    throw new TouchlineError('NOT_FOUND', `${input} cannot be read.`, { cause: error });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(read);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TouchlineError('INVALID_FORMAT', `${input} is no JSON: ${why}.`, { cause: error });
  }
  if (Array.isArray(parsed)) return parsed;
  const wrapped = (parsed as { items?: unknown } | null)?.items;
  return Array.isArray(wrapped) ? wrapped : [parsed];
}
