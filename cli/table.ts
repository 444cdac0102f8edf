import Table from 'cli-table3';

export type Cell = string | number | boolean | undefined;

/** A value as text: numbers with four significant digits, whole numbers with separated thousands, undefined and NaN as a dash. */
export function cell(value: Cell): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-GB');
  return Number(value.toPrecision(4)).toString();
}

/** A plain table without colours, one row per line, so that `grep` works on it. */
export function table(head: string[], rows: Cell[][]): string {
  const drawn = new Table({ head, style: { head: [], border: [] }, wordWrap: true });
  drawn.push(...rows.map((row) => row.map(cell)));
  return drawn.toString();
}
