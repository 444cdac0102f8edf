import { createRequire } from 'node:module';
import type * as ECharts from 'echarts';
import { hashBytes } from './hash.ts';
import { escapeHtml, type Html, raw } from './html.ts';

const require = createRequire(import.meta.url);

/** Loaded with the first picture, in one file: its hundreds of modules took a third of the start of every command. */
const echarts = (): typeof ECharts => require('echarts');

/** Told apart by people who confuse red and green (Okabe and Ito 2008), on light and dark. */
export const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8f7a00', '#56b4e9'] as const;

const axis = {
  axisLine: { lineStyle: { color: 'currentColor', opacity: 0.5 } },
  axisTick: { lineStyle: { color: 'currentColor', opacity: 0.5 } },
  axisLabel: { color: 'currentColor' },
  nameTextStyle: { color: 'currentColor' },
  splitLine: { lineStyle: { color: 'currentColor', opacity: 0.12 } },
};

/** Text and axes take the colour of the page, so that one picture serves light and dark. */
const THEME = {
  color: [...PALETTE],
  backgroundColor: 'transparent',
  textStyle: { color: 'currentColor', fontFamily: 'system-ui, sans-serif' },
  title: { textStyle: { color: 'currentColor', fontSize: 14 } },
  legend: { textStyle: { color: 'currentColor' } },
  categoryAxis: axis,
  valueAxis: axis,
  logAxis: axis,
  timeAxis: axis,
};

/**
 * An ECharts option as a picture to put inline into a page: static SVG, no script, scales with its container.
 * Bar, line, scatter, heatmap and custom series. The same option gives the same bytes.
 * @param title read out by screen readers: say what the picture shows, not that it is one.
 */
export function svgChart(
  option: ECharts.EChartsCoreOption,
  { width, height, title }: { width: number; height: number; title: string },
): Html {
  const chart = echarts().init(null, THEME, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ ...option, animation: false });
    const svg = chart
      .renderToSVGString({ useViewBox: true })
      // Hover rules and hooks for scripts mean nothing in a still picture.
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '');
    const label = escapeHtml(title);
    // Ids come from a counter of the process: name them by content instead, so that they are unique in a page.
    const plain = svg.replace(/zr\d+-/g, 'zr-');
    const own = plain.replaceAll('zr-', `c${hashBytes(label + plain).slice(0, 8)}-`);
    return raw(own.replace('<svg ', `<svg role="img" aria-label="${label}" `));
  } finally {
    chart.dispose();
  }
}
