import { Argument, InvalidArgumentError, Option } from 'commander';
import { CHAMPION } from '../registry/history.ts';

function integerFrom(low: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low)
      throw new InvalidArgumentError(`It must be a whole number from ${low}.`);
    return value;
  };
}

/** Parses `a, b` into its names. */
export const namesOf = (text: string): string[] => text.split(',').map((name) => name.trim());

export const productArgument = () =>
  new Argument(
    '<product>',
    'name of the product, such as `shots`, or the file of one, such as `./tennis-serves.ts`',
  );

export const limitOption = () =>
  new Option('--limit <n>', 'maximum number of records to read').argParser(integerFrom(1));

export const seedOption = () =>
  new Option('--seed <n>', 'seed of every random choice').default(1).argParser(integerFrom(0));

export const estimatorsOption = () =>
  new Option(
    '--estimators <names>',
    'estimators to train, separated by commas; default: all that the product declares',
  ).argParser(namesOf);

export const modelOption = () =>
  new Option('--model <name>', '`champion`, `challenger` or a version number').default(CHAMPION);

export const portOption = () =>
  new Option('--port <n>', 'port to listen on; 0 picks a free one').argParser(integerFrom(0));
