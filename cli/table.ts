import Table from 'cli-table3';

export type Cell = string | number | boolean | undefined;

/** Numbers as people read them: four significant digits, thousands kept apart. */
export function cell(value: Cell): string {
  if (value === undefined) return '–';
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-GB');
  return Number(value.toPrecision(4)).toString();
}

/** A plain table, a row a line, without colours: it is read by people and by `grep`. */
export function table(head: string[], rows: Cell[][]): string {
  const drawn = new Table({ head, style: { head: [], border: [] }, wordWrap: true });
  drawn.push(...rows.map((row) => row.map(cell)));
  return drawn.toString();
}
