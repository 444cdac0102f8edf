import { type Html, html, table } from '../../platform/html.ts';
import { linearQuantile } from '../../statistics/quantile.ts';

/** The mean; NaN for an empty array. */
export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** The sample standard deviation. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Items by key, in order of appearance. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** `0.812 (0.751 to 0.859)` */
export const withEnds = (
  { value, low, high }: { value: number; low: number; high: number },
  digits = 3,
): string => `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;

/** A panel with a heading and a table. */
export function tablePanel(
  title: string,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Html {
  return html`<section class="panel"><h3>${title}</h3>${table(title, head, rows)}</section>`;
}

/** Summary statistics of each column: share of known values, mean, standard deviation and quantiles. */
export function describe(
  title: string,
  columns: readonly { name: string; unit?: string; values: readonly number[] }[],
): Html {
  const short = (value: number) => (Number.isNaN(value) ? '–' : String(Number(value.toPrecision(4))));
  const rows = columns.map(({ name, unit, values }) => {
    const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const quantiles = [0, 0.25, 0.5, 0.75, 1].map((p) =>
      known.length > 0 ? linearQuantile(known, p) : Number.NaN,
    );
    const spread = known.length > 1 ? deviation(known) : Number.NaN;
    const share = known.length / Math.max(1, values.length);
    const numbers = [mean(known), spread, ...quantiles].map(short);
    return [unit ? `${name} (${unit})` : name, percent(share), ...numbers];
  });
  const head = ['column', 'known', 'mean', 'std', 'min', '25 %', 'median', '75 %', 'max'];
  return tablePanel(title, head, rows);
}
