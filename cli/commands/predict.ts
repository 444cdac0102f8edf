import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { resolveModel } from '../../pipelines/resolve-model.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { renderPrediction } from '../../serving/api/prediction.ts';
import { answerAll } from '../../serving/runtime/answer.ts';
import type { CommandDefinition } from '../command.ts';
import { modelOption, productArgument } from '../options.ts';
import { printResult } from '../output.ts';
import { runOf } from '../run-context.ts';
import { table } from '../table.ts';
import { withWorkspace } from '../workspace.ts';

export const predict: CommandDefinition = {
  name: 'predict',
  summary: 'Predict for one or many items, without a server.',
  examples: [
    'touchline predict shots --input items.json',
    'echo \'{"player":"player-12","distance":7.4,"shotType":3}\' | touchline predict shots --input -',
  ],
  configure(command) {
    command
      .addArgument(productArgument())
      .requiredOption(
        '--input <file>',
        'JSON file with one item, a list, or { items: […] }; - reads standard input',
      )
      .addOption(modelOption())
      .action((product: string, options: { input: string; model: string }, command: Command) =>
        withWorkspace(command, async (workspace) => {
          const { name, serving } = workspace.product(product);
          const items = await itemsOf(options.input, runOf(command).stdin);
          if (items.length === 0)
            throw new TouchlineError('INVALID_INPUT', `${options.input} contains no items.`);
          const rows = items.map((item) => serving.toRow(item));
          const { version, model } = await resolveModel(name, options.model, workspace.platform);
          const served = { version: version.version, package: model.hash, since: version.createdAt, model };
          const answers = await answerAll(serving, served, rows, {
            reasons: true,
            signal: workspace.signal,
            onError: (error, what) => workspace.log.error({ err: error }, what),
          });
          await model.close();
          // Each prediction is what the API would answer, and the model that made it.
          const predictions = answers.map((one) => {
            const { prediction_id: _, ...said } = renderPrediction(serving, one, null);
            return { ...said, model: version.version, package: version.package };
          });
          printResult(command, { predictions }, () =>
            table(
              [
                'item',
                serving.task === 'binary' ? 'probability' : 'score',
                'low',
                'high',
                'strongest reason',
              ],
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
  },
};

async function itemsOf(input: string, stdin: NodeJS.ReadableStream): Promise<unknown[]> {
  let read: string;
  try {
    read = input === '-' ? await text(stdin) : await readFile(input, 'utf8');
  } catch (error) {
    throw new TouchlineError('NOT_FOUND', `${input} cannot be read.`, { cause: error });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(read);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TouchlineError('INVALID_FORMAT', `${input} is not JSON: ${why}.`, { cause: error });
  }
  if (Array.isArray(parsed)) return parsed;
  const wrapped = (parsed as { items?: unknown } | null)?.items;
  return Array.isArray(wrapped) ? wrapped : [parsed];
}
