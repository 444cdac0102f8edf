import { PALETTE, svgChart } from '../../platform/charts.ts';
import { type Html, html } from '../../platform/html.ts';
import { histogram } from '../../statistics/bins.ts';

type Point = readonly [x: number, y: number];
type Ends = readonly [low: number, high: number];
/** The start of an axis and, optionally, its end. */
type Range = readonly [from: number, to?: number];

interface Frame {
  /** Heading of the figure. */
  title: string;
  /** Names of the axes, with their units. */
  x: string;
  y: string;
  /** A sentence below it. */
  note?: string;
  xEnds?: Range;
  yEnds?: Range;
}

const WIDTH = 380;
const HEIGHT = 290;

/** Rounds for a chart, so that its markup is short and identical on every machine. */
const short = (value: number) => Number(value.toPrecision(5));
const shortPoint = (point: readonly number[]) => point.map(short);

function figure({ title, note }: Frame, option: Record<string, unknown>, height = HEIGHT): Html {
  const chart = svgChart(option, { width: WIDTH, height, title });
  return html`<figure class="panel"><h3>${title}</h3>${chart}${note && html`<figcaption class="muted">${note}</figcaption>`}</figure>`;
}

function axes(frame: Frame, legend: boolean) {
  const named = (name: string, gap: number, ends?: Range) => ({
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: gap,
    scale: true,
    ...(ends && { min: ends[0], max: ends[1] }),
  });
  return {
    grid: {
      left: 28,
      right: 16,
      top: legend ? 34 : 12,
      bottom: 20,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    ...(legend && { legend: { top: 0, itemWidth: 18, itemGap: 16 } }),
    xAxis: named(frame.x, 26, frame.xEnds),
    yAxis: named(frame.y, 40, frame.yEnds),
  };
}

export interface Line {
  name: string;
  points: readonly Point[];
  /** Lower and upper end at each point: an interval, or a spread. */
  band?: readonly Ends[];
  /** Draws steps, as in a histogram. */
  steps?: boolean;
}

/** Lines over a common axis, each with an optional band. */
export function lineChart(frame: Frame & { lines: readonly Line[]; dots?: boolean }): Html {
  const bands = frame.lines.flatMap(({ band, points }, i) => (band ? [bandOf(points, band, i)] : []));
  const lines = frame.lines.map(({ name, points, steps }, i) => ({
    type: 'line',
    name,
    color: PALETTE[i % PALETTE.length],
    showSymbol: frame.dots === true,
    symbol: 'circle',
    symbolSize: 5,
    data: points.map(shortPoint),
    ...(steps && { step: 'end', ...(frame.lines.length < 3 && { areaStyle: { opacity: 0.15 } }) }),
  }));
  return figure(frame, { ...axes(frame, lines.length > 1), series: [...bands, ...lines] });
}

interface Api {
  coord(point: readonly number[]): number[];
}

function bandOf(points: readonly Point[], band: readonly Ends[], i: number) {
  const upper = points.map(([x], k) => [x, band[k][1]]);
  const lower = points.map(([x], k) => [x, band[k][0]]).reverse();
  return {
    type: 'custom',
    silent: true,
    clip: true,
    // Both ends are passed as data so that the axis covers them, but the band is drawn only once.
    data: points.map(([x], k) => [x, ...band[k]].map(short)),
    encode: { x: 0, y: [1, 2] },
    renderItem: ({ dataIndex }: { dataIndex: number }, api: Api) =>
      dataIndex === 0 && {
        type: 'polygon',
        shape: { points: [...upper, ...lower].map((point) => api.coord(point).map(short)) },
        style: { fill: PALETTE[i % PALETTE.length], opacity: 0.18 },
      },
  };
}

/** Scatter plots with an optional line. */
export function scatterChart(
  frame: Frame & { groups: readonly { name: string; points: readonly Point[] }[]; line?: readonly Point[] },
): Html {
  const largestGroup = Math.max(...frame.groups.map(({ points }) => points.length));
  const clouds = frame.groups.map(({ name, points }, i) => ({
    type: 'scatter',
    name,
    color: PALETTE[i % PALETTE.length],
    symbolSize: largestGroup > 400 ? 3.5 : 6,
    itemStyle: { opacity: 0.55 },
    data: points.map(shortPoint),
  }));
  const dashedLine = frame.line && {
    type: 'line',
    showSymbol: false,
    lineStyle: { color: 'currentColor', type: 'dashed', width: 1.5, opacity: 0.7 },
    data: frame.line.map(shortPoint),
  };
  return figure(frame, {
    ...axes(frame, clouds.length > 1),
    series: dashedLine ? [...clouds, dashedLine] : clouds,
  });
}

/** Shares of each group's values in bins of equal width. */
export function densityChart(
  frame: Omit<Frame, 'y'> & {
    groups: readonly { name: string; values: ArrayLike<number> }[];
    edges: readonly number[];
  },
): Html {
  const { edges, groups } = frame;
  const lines = groups.map(({ name, values }) => {
    const shares = histogram(values, edges).map((count) => count / values.length);
    // Each step is drawn from its edge to the next, so the last value appears twice.
    const points = edges.map((edge, bin) => [edge, shares[Math.min(bin, shares.length - 1)]] as const);
    return { name, steps: true, points };
  });
  return lineChart({
    ...frame,
    y: 'share of the group',
    yEnds: [0],
    xEnds: frame.xEnds ?? [edges[0], edges[edges.length - 1]],
    lines,
  });
}

export interface Bar {
  name: string;
  value: number;
  low?: number;
  high?: number;
}

/** One horizontal bar per name, with its interval if there is one. */
export function barChart(frame: Omit<Frame, 'y'> & { bars: readonly Bar[] }): Html {
  const { bars } = frame;
  const whiskers = bars.flatMap(({ low, high }, i) =>
    low === undefined || high === undefined
      ? []
      : [
          {
            type: 'line',
            data: [
              [short(low), i],
              [short(high), i],
            ],
            symbol: 'rect',
            symbolSize: [2, 9],
            color: PALETTE[1],
            lineStyle: { width: 2 },
          },
        ],
  );
  const base = axes({ ...frame, y: '' }, false);
  return figure(
    { ...frame, y: '' },
    {
      ...base,
      grid: { ...base.grid, left: 14 },
      xAxis: { ...base.xAxis, scale: false, splitNumber: 4 },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => name),
        axisLabel: { fontSize: 11, width: 165, overflow: 'truncate', interval: 0 },
      },
      series: [
        {
          type: 'bar',
          barMaxWidth: 18,
          itemStyle: { opacity: 0.8 },
          data: bars.map(({ value }) => short(value)),
        },
        ...whiskers,
      ],
    },
    60 + 24 * bars.length,
  );
}

/** A heatmap of numbers from −1 to 1, row by row, with the number in each cell. */
export function heatmapChart(
  frame: Pick<Frame, 'title' | 'note'> & { names: readonly string[]; values: readonly (readonly number[])[] },
): Html {
  const { names, values } = frame;
  const cells = values.flatMap((row, i) =>
    row.flatMap((value, j) => (Number.isNaN(value) ? [] : [[j, i, Number(value.toFixed(2))]])),
  );
  const labels = { type: 'category', data: names, splitLine: { show: false }, axisTick: { show: false } };
  return figure(
    { ...frame, x: '', y: '' },
    {
      grid: {
        left: 4,
        right: 8,
        top: 8,
        bottom: 4,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      xAxis: { ...labels, axisLabel: { rotate: 50, interval: 0 } },
      yAxis: { ...labels, inverse: true, axisLabel: { interval: 0 } },
      visualMap: {
        show: false,
        min: -1,
        max: 1,
        inRange: { color: ['#0072b2', '#7fb8d8', '#f2f2f2', '#eaae7f', '#d55e00'] },
      },
      series: [
        {
          type: 'heatmap',
          data: cells,
          label: { show: true, color: '#111', fontSize: names.length > 8 ? 9 : 11 },
        },
      ],
    },
    110 + 28 * names.length,
  );
}
