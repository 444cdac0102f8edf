import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { servicePython } from '../scripts/services/python.ts';
import type { Bench, BenchResult } from './bench.ts';

const HERE = new URL('.', import.meta.url);
const HELPERS = ['main.ts', 'bench.ts', 'environment.ts'];

function names(): string[] {
  return readdirSync(HERE)
    .filter((file) => file.endsWith('.ts') && !HELPERS.includes(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

function findPython(): string | undefined {
  const own = servicePython();
  if (own) return own;
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return 'python3';
  } catch {
    return undefined;
  }
}

const cell = (value: unknown): string => {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
};

function print(result: BenchResult): void {
  const details = [...new Set(result.systems.flatMap((system) => Object.keys(system)))].filter(
    (key) => key !== 'system' && key !== 'value',
  );
  const table = new Table({ head: ['system', result.unit, ...details], style: { head: [], border: [] } });
  for (const system of result.systems)
    table.push([system.system, cell(system.value), ...details.map((key) => cell(system[key]))]);
  const { cpu, cores, node } = result.environment;
  console.log(`${result.name} (${cpu}, ${cores} cores, Node ${node})`);
  console.log(table.toString());
  if (result.ratio !== null) console.log(`ratio: ${cell(result.ratio)}`);
  for (const note of result.notes ?? []) console.log(note);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, smoke: { type: 'boolean' } },
});
const [name] = positionals;
const wanted = name === 'all' ? names() : names().filter((one) => one === name);
if (wanted.length === 0) {
  console.error(
    `Usage: npm run bench -- NAME [--json] [--smoke]. NAME is all or one of ${names().join(', ')}.`,
  );
  process.exit(2);
}
for (const one of wanted) {
  const bench = (await import(new URL(`./${one}.ts`, HERE).href)) as Bench;
  const result = await bench.run({ smoke: values.smoke ?? false, python: findPython() });
  if (values.json) console.log(JSON.stringify(result));
  else print(result);
}
