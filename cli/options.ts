import { InvalidArgumentError, Option } from 'commander';

function integerFrom(low: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low)
      throw new InvalidArgumentError(`It must be a whole number from ${low}.`);
    return value;
  };
}

export const limitOption = () =>
  new Option('--limit <n>', 'records to read at most').argParser(integerFrom(1));

export const seedOption = () =>
  new Option('--seed <n>', 'seed of everything random').default(1).argParser(integerFrom(0));

export const estimatorsOption = () =>
  new Option(
    '--estimators <names>',
    'estimators, separated by commas; default: those of the product',
  ).argParser((text: string) => text.split(',').map((name) => name.trim()));

export const modelOption = () =>
  new Option('--model <name>', '`champion`, `challenger` or a version number').default('champion');

export const portOption = () =>
  new Option('--port <n>', 'port to listen on; 0 for any free one').argParser(integerFrom(0));
