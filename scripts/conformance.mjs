// Prints a table of every adapter of every port: how many tests of the port's suite passed, failed and were skipped.
// usage: node scripts/conformance.mjs [REPORT.json…]   reads reports of the test runner; without one it runs the suites
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';

const SUITE = /^(store|blobs|queue|tracking|notify|estimator|drift detector|stream detector): (.+)$/;

function runSuites() {
  const files = readdirSync('tests', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join('tests', path))
    .filter((path) => /\b\w+Conformance\(/.test(readFileSync(path, 'utf8')));
  const folder = mkdtempSync(join(tmpdir(), 'touchline-'));
  try {
    const report = join(folder, 'report.json');
    const options = [
      '-t',
      '(store|blobs|queue|tracking|notify|estimator|drift detector|stream detector): ',
      '--reporter=json',
    ];
    try {
      execFileSync('npx', ['vitest', 'run', ...files, ...options, `--outputFile=${report}`], {
        stdio: 'ignore',
      });
    } catch {
      // The runner exits with 1 if a test failed; the table shows which.
    }
    return JSON.parse(readFileSync(report, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const paths = process.argv.slice(2);
const reports =
  paths.length > 0 ? paths.map((path) => JSON.parse(readFileSync(path, 'utf8'))) : [runSuites()];
const rows = new Map();
for (const { testResults } of reports)
  for (const { assertionResults } of testResults)
    for (const { ancestorTitles, status, title } of assertionResults) {
      const suite = ancestorTitles.find((name) => SUITE.test(name));
      if (!suite) continue;
      const row = rows.get(suite) ?? { passed: 0, failed: [], skipped: 0 };
      rows.set(suite, row);
      if (status === 'passed') row.passed++;
      else if (status === 'failed') row.failed.push(title);
      else {
        row.skipped++;
        // The title around a skipped suite says what it needs.
        row.why = ancestorTitles[0] === suite ? title : ancestorTitles[0];
      }
    }

const table = new Table({
  head: ['port', 'adapter', 'passed', 'failed', 'skipped'],
  style: { head: [], border: [] },
});
for (const [suite, { passed, failed, skipped }] of [...rows].sort(([a], [b]) => a.localeCompare(b)))
  table.push([...suite.split(': '), passed, failed.length, skipped]);
console.log(table.toString());
for (const [suite, { failed, why }] of rows) {
  for (const title of failed) console.log(`failed: ${suite}: ${title}`);
  if (why) console.log(`skipped: ${suite}: ${why}`);
}
process.exitCode = rows.size === 0 || [...rows.values()].some(({ failed }) => failed.length > 0) ? 1 : 0;
