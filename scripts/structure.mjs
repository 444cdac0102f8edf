// Prints a table of the size of the code and of the dependencies between its modules:
//   node scripts/structure.mjs [--tests] [FOLDER…]    one column per checkout; by default this one
// --tests also runs `npm test` in each of them and adds its duration.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import Table from 'cli-table3';

const MODULES = [
  ...['platform', 'statistics', 'datasets', 'models', 'etl', 'training', 'registry', 'monitoring'],
  ...['serving', 'pipelines', 'cli'],
];
const PRODUCTS = ['biomechanics', 'shots', 'squats', 'ski-jumps'];

/** Source files of the modules, without generated ones: path → text. */
function sourcesOf(root) {
  const paths = MODULES.flatMap((module) =>
    readdirSync(join(root, module), { recursive: true, encoding: 'utf8' }).map((path) => join(module, path)),
  ).filter((path) => /\.(ts|mjs|js|css|html|wat)$/.test(path) && !path.includes('generated/'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const linesOf = (text) => text.split('\n').length - 1;

/** Lines that are neither blank nor part of a comment. */
const codeLinesOf = (text) =>
  text
    .replace(/^\s*\/\*[\s\S]*?\*\//gm, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;

/** Imports between the files, type imports included: path → paths. */
function importsOf(sources) {
  const graph = new Map();
  for (const [path, text] of sources) {
    const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
    const targets = [...found].map(([, to]) => normalize(join(dirname(path), to)));
    graph.set(path, new Set(targets.filter((target) => sources.has(target) && target !== path)));
  }
  return graph;
}

/** Import cycles: strongly connected components (Tarjan 1972). */
function circlesOf(graph) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const circles = [];
  const visit = (path) => {
    index.set(path, index.size);
    low.set(path, index.get(path));
    stack.push(path);
    for (const next of graph.get(path)) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(path, Math.min(low.get(path), low.get(next)));
    }
    if (low.get(path) !== index.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1) circles.push(circle);
  };
  for (const path of graph.keys()) if (!index.has(path)) visit(path);
  return circles;
}

const moduleOf = (path) => path.split('/')[0];

/** Pairs of modules of which one imports the other. */
function arrowsOf(graph) {
  const pairs = new Set();
  for (const [path, targets] of graph)
    for (const target of targets)
      if (moduleOf(path) !== moduleOf(target)) pairs.add(`${moduleOf(path)} ${moduleOf(target)}`);
  return pairs.size;
}

const count = (sources, test) => [...sources].filter(([path, text]) => test(text, path)).length;

/** How often products declare a name, scale or features. */
function factsOf(sources) {
  let facts = 0;
  for (const product of PRODUCTS) {
    const text = sources.get(`pipelines/${product}.ts`) ?? sources.get(`pipelines/products/${product}.ts`);
    facts += (text ?? '').match(/^\s*(name|product|scale|features|featureSet|task):? ?.*,?$/gm)?.length ?? 0;
    facts += (text ?? '').match(/actionScoring\('/g)?.length ?? 0;
  }
  return facts / PRODUCTS.length;
}

function measure(root, withTests) {
  const sources = sourcesOf(root);
  const graph = importsOf(sources);
  const lengths = [...sources].map(([path, text]) => [linesOf(text), path]).sort(([a], [b]) => a - b);
  const longest = lengths.filter(([, path]) => path.endsWith('.ts')).at(-1);
  const figures = {
    'files of the modules': sources.size,
    'lines in them': lengths.reduce((sum, [lines]) => sum + lines, 0),
    'lines of code in them, without comments': [...sources.values()].reduce(
      (sum, text) => sum + codeLinesOf(text),
      0,
    ),
    'median file, lines': lengths[lengths.length >> 1][0],
    'longest TypeScript file, lines': `${longest[0]} (${longest[1]})`,
    'imports between modules': arrowsOf(graph),
    'import circles': circlesOf(graph).length,
    'statements of name, task, scale and features per product': factsOf(sources),
    'files that speak to a thread or process themselves': count(sources, (text) =>
      /parentPort|process\.send\b|process\.once\('message'/.test(text),
    ),
    'files that implement a lease': count(
      sources,
      (text) => /compareAndSwap\(/.test(text) && /lease/i.test(text) && /now\(\)/.test(text),
    ),
    'tests, lines': linesOfTests(root),
    'README, lines': linesOf(readFileSync(join(root, 'README.md'), 'utf8')),
  };
  if (withTests) figures['npm test, seconds'] = secondsOfTests(root);
  return figures;
}

function linesOfTests(root) {
  return readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .reduce((sum, path) => sum + linesOf(readFileSync(join(root, 'tests', path), 'utf8')), 0);
}

function secondsOfTests(root) {
  if (!existsSync(join(root, 'node_modules'))) execFileSync('npm', ['ci'], { cwd: root, stdio: 'ignore' });
  const began = performance.now();
  const { status } = spawnSync('npm', ['test'], { cwd: root, stdio: 'ignore' });
  const seconds = Math.round((performance.now() - began) / 1_000);
  return status === 0 ? seconds : `${seconds} (failed)`;
}

const args = process.argv.slice(2);
const folders = args.filter((arg) => arg !== '--tests');
const roots = folders.length > 0 ? folders : ['.'];
const columns = roots.map((root) => measure(resolve(root), args.includes('--tests')));
const table = new Table({ head: ['', ...roots], style: { head: [], border: [] } });
for (const name of Object.keys(columns[0]))
  table.push([name, ...columns.map((column) => String(column[name]))]);
console.log(table.toString());
