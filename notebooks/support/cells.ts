/** One cell of a notebook in the percent format, which VS Code and Jupytext support. */
export interface Cell {
  kind: 'markdown' | 'code';
  /** Line of its marker, from 1. */
  line: number;
  /** Markdown without comment markers, or code. */
  text: string;
}

const MARKER = /^\/\/ %%(?<rest>.*)$/;

/** The cells of a source file; text before the first marker is ignored. */
export function cellsOf(source: string): Cell[] {
  const cells: (Omit<Cell, 'text'> & { lines: string[] })[] = [];
  source.split('\n').forEach((line, i) => {
    const rest = MARKER.exec(line)?.groups?.rest;
    if (rest !== undefined)
      cells.push({ kind: rest.trim() === '[markdown]' ? 'markdown' : 'code', line: i + 1, lines: [] });
    else cells.at(-1)?.lines.push(line);
  });
  return cells.map(({ kind, line, lines }) => {
    const plain = kind === 'markdown' ? lines.map((one) => one.replace(/^\/\/ ?/, '')) : lines;
    return { kind, line, text: plain.join('\n').trim() };
  });
}
