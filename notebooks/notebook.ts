import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Html, html, page, raw } from '../platform/html.ts';
import { type Cell, cellsOf } from './support/cells.ts';
import { markdown } from './support/markdown.ts';

interface Output {
  /** The line of the notebook that showed it. */
  line: number;
  html: Html;
}

interface Run {
  file: string;
  /** The folder with real data. */
  data?: string;
  /** A temporary folder, deleted when the notebook ends. */
  scratch: string;
  outputs: Output[];
  findings: number;
}

/** The notebook that is running; only one runs at a time. */
let current: Run | undefined;

function running(): Run {
  if (current) return current;
  throw new Error(
    'Run notebooks with `npm run notebooks`, or one of them with `npm run notebooks -- shots`.',
  );
}

/** Adds tables, charts and text to the page, below the cell that calls it. */
export function show(...outputs: readonly (Html | string)[]): void {
  const { file, outputs: all } = running();
  const line = callingLine(file);
  for (const output of outputs) {
    const shown = typeof output === 'string' ? markdown(output) : output;
    all.push({ line, html: shown });
  }
}

/**
 * Shows a conclusion that the results support.
 * @throws if they no longer support it; the conclusion must then be rewritten
 */
export function finding(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`No longer true: ${sentence}`);
  running().findings++;
  show(html`<div class="finding">${markdown(sentence)}</div>`);
}

/** A folder of real data; undefined if there is none, in which case notebooks simulate data. */
export function dataFolder(name: string): string | undefined {
  const { data } = running();
  const folder = data === undefined ? undefined : join(data, name);
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

/** A temporary folder that is deleted when the notebook ends. */
export const scratchFolder = (): string => running().scratch;

/** The line of the notebook in the outermost of its stack frames. */
function callingLine(file: string): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const frames = (new Error().stack ?? '').split('\n');
  Error.stackTraceLimit = limit;
  const found = frames.findLast((frame) => frame.includes(`${file}:`) || frame.includes(`${file}?`));
  const line = /:(\d+):\d+\)?$/.exec(found ?? '')?.[1];
  if (line === undefined) throw new Error(`show() was not called by ${file}.`);
  return Number(line);
}

export interface Notebook {
  /** A self-contained page that needs no network. */
  html: string;
  outputs: number;
  findings: number;
}

/**
 * Runs a notebook from top to bottom.
 * @param file a TypeScript module in the percent format; it is imported, so it runs once per process
 * @param options.data the folder with real data; without it, all data is simulated
 */
export async function runNotebook(file: URL, options: { data?: string }): Promise<Notebook> {
  if (current) throw new Error(`${current.file} is running: one notebook at a time.`);
  const cells = cellsOf(await readFile(file, 'utf8'));
  const scratch = await mkdtemp(join(tmpdir(), 'touchline-notebook-'));
  const run: Run = { file: fileURLToPath(file), data: options.data, scratch, outputs: [], findings: 0 };
  current = run;
  try {
    await import(file.href);
  } finally {
    current = undefined;
    await rm(scratch, { recursive: true, force: true });
  }
  return {
    html: pageOf(cells, run.outputs),
    outputs: run.outputs.length,
    findings: run.findings,
  };
}

const STYLE = `<style>
.outputs { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1rem; margin: .75rem 0; }
.outputs > * { flex: 0 1 auto; min-width: 0; max-width: 100%; margin: 0; }
.outputs > figure { flex: 1 1 24rem; max-width: 34rem; } figure svg { width: 100%; }
.outputs > .finding, .outputs > p { flex: 1 0 100%; }
.finding { border-left: 4px solid var(--good); padding-left: .75rem; } .finding + .finding { margin-top: -.5rem; }
.outputs :is(td, th):not(:first-child) { text-align: right; padding: .4rem 0 .4rem .9rem; }
.outputs :is(td, th):first-child { padding-right: 0; }
details { margin: .5rem 0; } summary { color: var(--muted); cursor: pointer; }
pre { overflow-x: auto; font-size: .8rem; line-height: 1.4; }
</style>`;

function pageOf(cells: readonly Cell[], outputs: readonly Output[]): string {
  const title = /^# (.*)$/m.exec(cells[0]?.text ?? '')?.[1] ?? 'Notebook';
  const body = cells.map((cell, i) => {
    if (cell.kind === 'markdown') return markdown(cell.text);
    const end = cells[i + 1]?.line ?? Number.POSITIVE_INFINITY;
    const own = outputs.filter(({ line }) => line >= cell.line && line < end);
    return html`<details><summary>Code</summary><pre tabindex="0"><code>${cell.text}</code></pre></details>
${own.length > 0 && html`<div class="outputs">${own.map((output) => output.html)}</div>`}\n`;
  });
  return page({ title, body: html`${raw(STYLE)}${body}` });
}
